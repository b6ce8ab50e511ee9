// The tape: a recorded graph computed again, forward and backward, as the engine's own sweep does. Derivatives come from
// the table's rows (rows.js) and from the pullbacks that the recording brings along; none is written here.
import { elementwise, kernels, reshaped, single, sizeOf, summedToShape } from "./arrays.js";
import { rows } from "./rows.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** What a node passed on to the operand in a slot.
 * @typedef {{node: number, slot: number, operand: number, upstream: NumberArray, local: NumberArray | null,
 *   contribution: NumberArray, before: NumberArray | null, after: NumberArray}} Passed */
/** @typedef {{data: NumberArray[], gradients: (NumberArray | undefined)[], passed: Passed[]}} Pass */

export class Tape {
  /** @param {any} recording */
  constructor(recording) {
    this.recording = recording;
    this.nodes = recording.nodes;
    /** The operations that a page cannot compute. */
    this.lacking = this.nodes.filter((node) => node.op && node.lacks !== undefined);
    this.isAlive = this.lacking.length === 0;
    this.recorded = this.nodes.map(recordedData);
  }

  /** Everything from the data of leaves: values in the order of the nodes, then the sweep.
   * @param {Map<number, NumberArray>} leaves those that are not as they were recorded
   * @param {Map<number, NumberArray>} [held] nodes that are held at other numbers than they compute
   * @returns {Pass} */
  run(leaves, held = new Map()) {
    const data = this.forward(leaves, held);
    return { data, ...this.backward(data) };
  }

  /** @param {Map<number, NumberArray>} leaves @param {Map<number, NumberArray>} [held] */
  forward(leaves, held = new Map()) {
    /** @type {NumberArray[]} */
    const data = [];
    this.nodes.forEach((node, id) => {
      const operands = (node.operands ?? []).map((one) => data[one]);
      data.push(held.get(id) ?? leaves.get(id) ?? (node.op && this.isAlive ? computed(node, operands) : this.recorded[id]));
    });
    return data;
  }

  /** @param {NumberArray[]} data @returns {{gradients: (NumberArray | undefined)[], passed: Passed[]}} */
  backward(data) {
    const { output, seed, backward } = this.recording;
    /** @type {(NumberArray | undefined)[]} */
    const gradients = Array(this.nodes.length).fill(undefined);
    const passed = [];
    if (seed !== null) gradients[output] = { shape: data[output].shape, data: seed.map(Number) };
    for (const [id, slot, localThere, contributionThere] of backward) {
      const node = this.nodes[id];
      const operand = node.operands[slot];
      const operands = node.operands.map((one) => data[one]);
      const upstream = /** @type {NumberArray} */ (gradients[id]);
      const { shape } = data[operand];
      let local = localThere === null ? null : asArray(localThere, data[id].shape, shape);
      let contribution = asArray(contributionThere, shape);
      if (this.isAlive) {
        [local, contribution] = passedOn(node, slot, upstream, data[id], operands);
        contribution = fitted(contribution, shape);
      }
      const before = gradients[operand] ?? null;
      const after = before === null ? contribution : elementwise((a, b) => a + b, [before, contribution]);
      gradients[operand] = after;
      passed.push({ node: id, slot, operand, upstream, local, contribution, before, after });
    }
    return { gradients, passed };
  }
}

/** @param {any} node @param {NumberArray[]} operands */
function computed(node, operands) {
  if (node.steps) return reshaped(follow(node.steps, operands), node.shape);
  return elementwise(number(rows[node.op].forward), operands);
}

/** The local gradient, and upstream × local; of whole arrays null, and the pullback.
 * @param {any} node @param {number} slot @param {NumberArray} upstream @param {NumberArray} out
 * @param {NumberArray[]} operands @returns {[NumberArray | null, NumberArray]} */
function passedOn(node, slot, upstream, out, operands) {
  if (node.pullbacks) return [null, follow(node.pullbacks[slot], operands, out, upstream)];
  const rule = rows[node.op].local[slot];
  const local = typeof rule === "number" ? single(rule) : elementwise(number(rule), [out, ...operands]);
  const isGate = rows[node.op].gates[slot]; // what it stops is 0, even if the upstream gradient is infinite
  return [local, elementwise(isGate ? (g, open) => (open ? g : 0) : (g, factor) => g * factor, [upstream, local])];
}

/** Small steps, each a row on what is there already.
 * @param {any[]} steps @param {NumberArray[]} operands @param {NumberArray} [out] @param {NumberArray} [upstream] */
function follow(steps, operands, out, upstream) {
  /** @type {NumberArray[]} */
  const made = [];
  const found = (one) => {
    if (typeof one === "number") return made[one];
    if (one === "o") return out;
    if (one === "g") return upstream;
    return typeof one === "string" ? operands[Number(one.slice(1))] : { shape: one.shape, data: one.data.map(Number) };
  };
  for (const [row, taken, parameters] of steps) {
    const given = taken.map(found);
    made.push(row in kernels ? kernels[row](given, parameters) : elementwise(number(rows[row].forward), given));
  }
  return made[made.length - 1];
}

const number = (rule) => (...numbers) => rule(...numbers)[0];

/** A contribution in the shape of its operand: where that was broadcast, the sum.
 * @param {NumberArray} contribution @param {number[]} shape */
function fitted(contribution, shape) {
  const isOfItsSize = sizeOf(contribution.shape) === sizeOf(shape);
  return isOfItsSize ? reshaped(contribution, shape) : summedToShape(contribution, shape);
}

function recordedData(node) {
  return { shape: node.shape, data: Array.isArray(node.data) ? node.data.map(Number) : [] };
}

/** Python's numbers in the first of these shapes that has as many. */
function asArray(numbers, ...shapes) {
  if (!Array.isArray(numbers)) return { shape: shapes[0], data: [] };
  const shape = shapes.find((one) => sizeOf(one) === numbers.length) ?? [numbers.length];
  return { shape: numbers.length === 1 ? [] : shape, data: numbers.map(Number) };
}
