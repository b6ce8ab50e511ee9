// Arrays as NumPy has them, as far as a page needs them: {shape, data}, the numbers in order; a single number has no axes.

/** @typedef {{shape: number[], data: number[]}} NumberArray */

/** @param {number} number @returns {NumberArray} */
export const single = (number) => ({ shape: [], data: [number] });

/** @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** @param {NumberArray} array @param {number[]} shape */
export const reshaped = (array, shape) => ({ shape, data: array.data });

/** The shape that arrays of these shapes are broadcast to. @param {number[][]} shapes */
export function commonShape(shapes) {
  const axes = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: axes }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - axes + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** For each element of `shape`, in order, the place of the element of an array of shape `of` that is broadcast there.
 * @param {number[]} of @param {number[]} shape */
function places(of, shape) {
  let found = [0];
  let stride = 1;
  const strides = shape.map(() => 0);
  for (let axis = of.length - 1; axis >= 0; axis--) {
    if (of[axis] !== 1) strides[axis + shape.length - of.length] = stride;
    stride *= of[axis];
  }
  shape.forEach((size, axis) => {
    found = found.flatMap((place) => Array.from({ length: size }, (_, index) => place + index * strides[axis]));
  });
  return found;
}

/** A function of numbers on arrays, element by element. @param {(...numbers: number[]) => number} f
 * @param {NumberArray[]} operands @returns {NumberArray} */
export function elementwise(f, operands) {
  if (operands.every((operand) => operand.shape.length === 0)) return single(f(...operands.map((one) => one.data[0])));
  const shape = commonShape(operands.map((operand) => operand.shape));
  const taken = operands.map((operand) => places(operand.shape, shape));
  const count = sizeOf(shape);
  const data = Array.from({ length: count }, (_, at) =>
    f(...operands.map((operand, which) => operand.data[taken[which][at]])),
  );
  return { shape, data };
}

/** @param {NumberArray} x @param {any} axis @param {boolean} keepdims @param {(a: number, b: number) => number} join */
function reduced(x, axis, keepdims, join) {
  const all = x.shape.map((_, index) => index);
  const axes = (axis === null ? all : [axis].flat()).map((one) => (one < 0 ? one + x.shape.length : one));
  const kept = x.shape.map((size, index) => (axes.includes(index) ? 1 : size));
  const data = /** @type {number[]} */ (Array(sizeOf(kept)));
  if (x.data.length === 0) data.fill(0); // only sums are taken of nothing
  places(kept, x.shape).forEach((place, at) => {
    data[place] = place in data ? join(data[place], x.data[at]) : x.data[at];
  });
  return { shape: keepdims ? kept : x.shape.filter((_, index) => !axes.includes(index)), data };
}

const add = (/** @type {number} */ a, /** @type {number} */ b) => a + b;

/** @param {NumberArray} x @param {number[]} shape */
export function summedToShape(x, shape) {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  return reshaped(reduced(x, axes, true, add), shape);
}

/** @param {NumberArray} a @param {NumberArray} b @returns {NumberArray} */
function matmul(a, b) {
  const [rows, inner] = a.shape.slice(-2);
  const columns = b.shape[b.shape.length - 1];
  const batch = commonShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const ofA = places(a.shape.slice(0, -2), batch);
  const ofB = places(b.shape.slice(0, -2), batch);
  const data = [];
  for (let one = 0; one < sizeOf(batch); one++) {
    const startA = ofA[one] * rows * inner;
    const startB = ofB[one] * inner * columns;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += a.data[startA + row * inner + k] * b.data[startB + k * columns + column];
        }
        data.push(sum);
      }
    }
  }
  return { shape: [...batch, rows, columns], data };
}

/** @param {NumberArray} x @param {number[]} axes */
function transpose(x, axes) {
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const shape = axes.map((axis) => x.shape[axis]);
  let found = [0];
  shape.forEach((size, at) => {
    const stride = strides[axes[at]];
    found = found.flatMap((place) => Array.from({ length: size }, (_, index) => place + index * stride));
  });
  return { shape, data: found.map((place) => x.data[place]) };
}

/** The rows of whole arrays, by name: of operands, given their parameters.
 * @type {Record<string, (operands: NumberArray[], parameters: any) => NumberArray>} */
export const kernels = {
  matmul: ([a, b]) => matmul(a, b),
  sum: ([x], { axis, keepdims }) => reduced(x, axis, keepdims, add),
  max: ([x], { axis, keepdims }) => reduced(x, axis, keepdims, Math.max),
  min: ([x], { axis, keepdims }) => reduced(x, axis, keepdims, Math.min),
  reshape: ([x], { shape }) => reshaped(x, shape),
  transpose: ([x], { axes }) => transpose(x, axes),
  broadcast_to: ([x], { shape }) => ({ shape, data: places(x.shape, shape).map((place) => x.data[place]) }),
  sum_to_shape: ([x], { shape }) => summedToShape(x, shape),
  squared_norm: ([x], { axis, keepdims, scale }) => {
    const total = reduced({ shape: x.shape, data: x.data.map((one) => one * one) }, axis, keepdims, add);
    return { shape: total.shape, data: total.data.map((one) => scale * one) };
  },
};
