// What a page is about, without a screen: the graph's numbers, which of its events have happened, and what moved them.
import { elementwise } from "./arrays.js";
import { Tape } from "./tape.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {{kind: "forward" | "seed" | "backward" | "update", node: number, passed?: number}} Event */

const MOST_UNDONE = 200;
const MOST_PATHS = 8;
const TOLERANCE = 0.01; // how far from the number a prediction may be, as a part of it

export class Session extends EventTarget {
  /** @param {any} recording */
  constructor(recording) {
    super();
    this.tape = new Tape(recording);
    this.nodes = recording.nodes;
    this.output = recording.output;
    this.rate = recording.learningRate;
    this.tolerance = recording.tolerance;
    this.rounding = recording.rounding;
    /** The leaves that are not as they were recorded. @type {Map<number, NumberArray>} */
    this.leaves = new Map();
    /** @type {Map<number, NumberArray>[]} */
    this.before = [];
    this.run = this.tape.run(this.leaves);
    /** @type {Event[]} */
    this.events = [
      ...recording.forward.map((node) => ({ kind: "forward", node })),
      ...(recording.seed === null ? [] : [{ kind: "seed", node: this.output }]),
      ...recording.backward.map(([node], passed) => ({ kind: "backward", node, passed })),
      ...this.parameters().map((node) => ({ kind: "update", node })),
    ];
    this.computedAt = new Map(recording.forward.map((node, at) => [node, at]));
    this.at = this.end("backward");
    this.users = this.nodes.map(() => /** @type {number[]} */ ([]));
    this.nodes.forEach((node, id) => (node.operands ?? []).forEach((operand) => this.users[operand].push(id)));
  }

  // --- the events ---

  /** How many events have happened when those of this kind are over. */
  end(kind) {
    return this.events.findLastIndex((event) => event.kind === kind) + 1 || this.events.length;
  }

  /** How many have happened before those of this kind. */
  start(kind) {
    const first = this.events.findIndex((event) => event.kind === kind);
    return first < 0 ? this.events.length : first;
  }

  /** The event that happened last. @returns {Event | undefined} */
  get current() {
    return this.events[this.at - 1];
  }

  /** @param {number} at how many events have happened then */
  goto(at) {
    const to = Math.max(0, Math.min(this.events.length, Math.trunc(at)));
    if (to === this.at) return;
    this.at = to;
    this.tell("step");
  }

  /** Whether a node's number is there already; those of leaves are given. */
  isKnown(id) {
    return !this.nodes[id].op || (this.computedAt.get(id) ?? -1) < this.at;
  }

  /** @returns {NumberArray | undefined} */
  dataAt(id) {
    const updated = this.events.findIndex((event) => event.kind === "update" && event.node === id);
    if (updated >= 0 && updated < this.at) return this.moved(id);
    return this.isKnown(id) ? this.run.data[id] : undefined;
  }

  /** What has come together of a node's gradient so far. @returns {NumberArray | undefined} */
  gradientAt(id) {
    const found = this.receivedAt(id).at(-1);
    if (found) return found.after;
    return id === this.output && this.at > this.start("seed") ? this.run.gradients[id] : undefined;
  }

  /** What has been passed on to a node so far. */
  receivedAt(id) {
    const done = Math.max(0, this.at - this.start("backward"));
    return this.run.passed.slice(0, done).filter((one) => one.operand === id);
  }

  /** Whether its gradient is as it will be. */
  isWhole(id) {
    return this.receivedAt(id).length === this.run.passed.filter((one) => one.operand === id).length;
  }

  // --- the leaves ---

  /** The leaves that a person may change. */
  editable() {
    if (!this.tape.isAlive) return [];
    return this.nodes.flatMap((node, id) => (!node.op && node.role !== "constant" && Array.isArray(node.data) ? [id] : []));
  }

  parameters() {
    const isMoved = (node, id) => !node.op && node.role === "parameter" && this.run.gradients[id];
    return this.nodes.flatMap((node, id) => (isMoved(node, id) ? [id] : []));
  }

  /** The node of this label, or of this number. Throws a RangeError that says what there is. */
  find(which) {
    const found = typeof which === "number" ? which : this.nodes.findIndex((node) => node.label === which);
    if (this.nodes[found]) return found;
    const known = this.nodes.filter((node) => node.named).map((node) => node.label);
    throw new RangeError(`there is no node ${JSON.stringify(which)}; there are ${known.join(", ")}`);
  }

  /** @param {number} id @param {number} number @param {number} [element] of an array, which of its numbers */
  set(id, number, element = 0) {
    if (!Number.isFinite(number)) throw new RangeError(`a leaf is given a finite number, not ${number}`);
    if (!this.editable().includes(id)) throw new RangeError(`${this.nodes[id].label} is no leaf that can be changed`);
    const { shape, data } = this.run.data[id];
    if (!(element in data)) throw new RangeError(`${this.nodes[id].label} has ${data.length} numbers`);
    if (Object.is(data[element], number)) return;
    this.change(new Map(this.leaves).set(id, { shape, data: data.with(element, number) }));
  }

  /** What a parameter becomes in an update. @returns {NumberArray} */
  moved(id) {
    const gradient = /** @type {NumberArray} */ (this.run.gradients[id]);
    return elementwise((number, slope) => number - this.rate * slope, [this.run.data[id], gradient]);
  }

  /** Every parameter follows its gradient. @param {number} [rate] */
  update(rate = this.rate) {
    if (!Number.isFinite(rate)) throw new RangeError(`a learning rate is a finite number, not ${rate}`);
    if (!this.tape.isAlive) throw new RangeError("this page cannot compute the graph again");
    this.rate = rate;
    const leaves = new Map(this.leaves);
    for (const id of this.parameters()) leaves.set(id, this.moved(id));
    const before = this.run.data[this.output];
    this.change(leaves);
    this.tell("update", { before: before.data, after: this.run.data[this.output].data });
  }

  undo() {
    const leaves = this.before.pop();
    if (leaves) this.take(leaves);
  }

  reset() {
    if (this.leaves.size) this.change(new Map());
  }

  /** @param {Map<number, NumberArray>} leaves */
  change(leaves) {
    this.before = [...this.before, this.leaves].slice(-MOST_UNDONE);
    this.take(leaves);
  }

  take(leaves) {
    this.leaves = leaves;
    this.run = this.tape.run(leaves);
    this.tell("change");
  }

  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail: { at: this.at, ...detail } }));
  }

  // --- questions ---

  /** What the output becomes when a node is held elsewhere by this much. @param {number} id @param {number} by */
  nudged(id, by) {
    const { shape, data } = this.run.data[id];
    const held = new Map([[id, { shape, data: data.with(0, data[0] + by) }]]);
    return this.tape.forward(this.leaves, held)[this.output].data[0];
  }

  /** A gradient by central differences, beside the sweep's. @param {number} id */
  checked(id) {
    const step = 1e-5 * Math.max(1, Math.abs(this.run.data[id].data[0]));
    const differences = (this.nudged(id, step) - this.nudged(id, -step)) / (2 * step);
    return { differences, gradient: this.run.gradients[id]?.data[0] ?? 0 };
  }

  /** The paths from a node to the output: how many, and of the first ones the edges with their local gradients. None
   * where arrays are on the way, whose pullbacks are no factors. @param {number} id @param {number} [most] */
  paths(id, most = MOST_PATHS) {
    const received = this.nodes.map((_, node) => this.run.passed.filter((one) => one.operand === node));
    const above = new Set([id]);
    for (const node of above) received[node].forEach((one) => above.add(one.node));
    const isOfNumbers = [...above].every((node) => received[node].every((one) => one.local && one.contribution.data.length === 1));
    if (!this.run.gradients[id] || !isOfNumbers) return null;
    const counts = new Map([[this.output, 1]]);
    for (const node of [...above].sort((a, b) => b - a)) {
      if (node !== this.output) counts.set(node, received[node].reduce((sum, one) => sum + (counts.get(one.node) ?? 0), 0));
    }
    const seed = /** @type {NumberArray} */ (this.run.gradients[this.output]).data[0];
    const waiting = [{ node: id, factors: /** @type {any[]} */ ([]) }];
    const found = [];
    while (waiting.length && found.length < most) {
      const { node, factors } = /** @type {any} */ (waiting.pop());
      if (node === this.output) found.push({ factors, product: factors.reduce((all, one) => all * one.local.data[0], seed) });
      for (const one of [...received[node]].reverse()) waiting.push({ node: one.node, factors: [one, ...factors] });
    }
    return { count: counts.get(id) ?? 0, found };
  }

  /** The number that an event gives and that can be predicted; undefined where there is none. @param {number} at */
  answer(at) {
    const event = this.events[at];
    if (!event || event.kind === "seed" || (event.kind === "forward" && !this.nodes[event.node].op)) return undefined;
    const given =
      event.kind === "forward" ? this.run.data[event.node]
      : event.kind === "update" ? this.moved(event.node)
      : this.run.passed[/** @type {number} */ (event.passed)].contribution;
    return given.data.length === 1 ? given.data[0] : undefined;
  }

  /** Where this page and Python differ, from what was recorded; null where they agree. */
  disagreement() {
    const { data, gradients, passed } = this.tape.run(new Map());
    const recording = this.tape.recording;
    for (const [id, node] of this.nodes.entries()) {
      const scale = Math.max(0, ...(node.operands ?? []).map((one) => largest(data[one])));
      const wrong = this.differing(data[id].data, node.data, scale);
      if (wrong) return { node: id, ...wrong };
    }
    for (const [at, one] of passed.entries()) {
      const wrong = this.differing(one.contribution.data, recording.backward[at][3], largest(one.upstream));
      if (wrong) return { node: one.node, ...wrong };
    }
    for (const [id, gradient] of Object.entries(recording.gradients)) {
      const scale = Math.max(0, ...passed.filter((one) => one.operand === Number(id)).map((one) => largest(one.contribution)));
      const wrong = this.differing(gradients[Number(id)]?.data ?? [], gradient, scale);
      if (wrong) return { node: Number(id), ...wrong };
    }
    return null;
  }

  /** The first of two lists of numbers that differs. Rounding may cost digits where terms of a size cancel.
   * @param {number[]} here @param {any} there @param {number} scale */
  differing(here, there, scale) {
    if (!Array.isArray(there)) return null; // too large to be in the page, which is said elsewhere
    const numbers = there.map(Number);
    if (here.length !== numbers.length) return { here: NaN, there: NaN };
    const at = here.findIndex((one, index) => !isNear(one, numbers[index], this.tolerance, this.rounding * scale));
    return at < 0 ? null : { here: here[at], there: numbers[at] };
  }
}

const largest = (array) => Math.max(0, ...array.data.map(Math.abs));

/** @param {number} one @param {number} other @param {number} tolerance of their size @param {number} [rounding] */
export function isNear(one, other, tolerance, rounding = 0) {
  if (Object.is(one, other) || one === other) return true;
  return Math.abs(one - other) <= Math.max(tolerance * Math.max(Math.abs(one), Math.abs(other)), rounding);
}

/** Whether a prediction counts: within 1 %; 0 and infinities as they are. @param {number} guess @param {number} answer */
export function isRight(guess, answer) {
  if (!Number.isFinite(answer)) return Object.is(guess, answer);
  return Math.abs(guess - answer) <= TOLERANCE * (1 + 1e-9) * Math.abs(answer);
}

