// Numbers as Python's views write them: four digits, a real minus sign; and as people type them.

/** @param {number} number @param {number} [digits] */
export function formatNumber(number, digits = 4) {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  if (number === 0) return "0";
  const [mantissa, power] = number.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const trimmed = (/** @type {string} */ text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const isPlain = exponent >= -3 && exponent < 5;
  const text = isPlain ? trimmed(number.toFixed(Math.max(digits - 1 - exponent, 0))) : `${trimmed(mantissa)}e${exponent}`;
  return text.replaceAll("-", "−");
}

const SMALL = 6;

/** A number, a small array in full, of a larger one its shape, mean and norm.
 * @param {{shape: number[], data: number[]} | null | undefined} array @param {number} [digits] */
export function formatArray(array, digits = 4) {
  if (!array) return "—";
  if (array.shape.length === 0) return array.data.length ? formatNumber(array.data[0], digits) : "—";
  const shape = array.shape.join("×");
  if (array.data.length === 0) return `array ${shape}`;
  if (array.data.length <= SMALL) return nested(array.shape, array.data, digits);
  const { mean, norm } = statistics(array.data);
  return `array ${shape}, mean ${formatNumber(mean, digits)}, norm ${formatNumber(norm, digits)}`;
}

/** @param {number[]} shape @param {number[]} data @param {number} digits @returns {string} */
function nested([size, ...inner], data, digits) {
  if (size === undefined) return formatNumber(data[0], digits);
  const length = data.length / size;
  const parts = Array.from({ length: size }, (_, at) => nested(inner, data.slice(at * length, (at + 1) * length), digits));
  return `[${parts.join(", ")}]`;
}

/** Of the finite numbers. @param {number[]} numbers */
export function statistics(numbers) {
  const finite = numbers.filter(Number.isFinite);
  const sum = finite.reduce((total, one) => total + one, 0);
  return {
    mean: finite.length ? sum / finite.length : NaN,
    norm: finite.length ? Math.hypot(...finite) : NaN,
    low: finite.length ? Math.min(...finite) : NaN,
    high: finite.length ? Math.max(...finite) : NaN,
    notFinite: numbers.length - finite.length,
  };
}

/** What was typed as a number, or which of the texts says what is wrong with it.
 * @param {string} typed @returns {{number: number} | {wrong: "empty" | "noNumber" | "tooLarge"}} */
export function readNumber(typed) {
  const text = typed.trim().replaceAll("−", "-").replace(/^([+-]?\d*),(\d+)$/, "$1.$2");
  if (!text) return { wrong: "empty" };
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return { wrong: "noNumber" };
  const number = Number(text);
  return Number.isFinite(number) ? { number } : { wrong: "tooLarge" };
}

/** A number as a field shows it: all of its digits. @param {number} number */
export const inFull = (number) => (Object.is(number, -0) ? "-0" : String(number));
