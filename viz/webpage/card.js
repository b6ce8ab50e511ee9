// The card of a node: what it is, why its gradient is what it is, and what may be tried on it.
import { find, html } from "./elements.js";
import { mathML } from "./formulas.js";
import { formatArray, formatNumber, readNumber, statistics } from "./numbers.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./words.js").Words} Words */

const MOST_CELLS = 64;
const ALL_PATHS = 200;

export class Card {
  /** @param {HTMLElement} place @param {Session} session @param {Words} words */
  constructor(place, session, words) {
    this.place = place;
    this.session = session;
    this.words = words;
    this.id = session.output;
    this.showsAll = false;
    this.by = "0.01"; // by how much to nudge
    this.told = { nudge: "", check: "" };
  }

  /** @param {number} id */
  choose(id) {
    if (id !== this.id) {
      this.showsAll = false;
      this.told = { nudge: "", check: "" };
    }
    this.id = id;
    this.show();
  }

  show() {
    const { session, words, id } = this;
    const node = session.nodes[id];
    const hasGradient = session.run.gradients[id] !== undefined;
    const focused = this.place.contains(document.activeElement) ? document.activeElement?.id : "";
    const title = hasGradient ? words.say("why", { derivative: words.derivative(session, id) }) : words.say("whatIs", { label: node.label });
    this.place.replaceChildren(
      html("h2", {}, title),
      ...this.data(node),
      ...(hasGradient ? this.gradient() : [html("p", { class: "quiet" }, words.say("noGradient", { label: node.label }))]),
      ...this.paths(hasGradient),
      ...this.trials(hasGradient),
      ...this.places(node),
    );
    if (focused) find(focused)?.focus();
  }

  /** What was computed, in symbols and in numbers. */
  data(node) {
    const { session, words, id } = this;
    const known = session.dataAt(id);
    const value = known ? formatArray(known) : "?";
    const parts = [node.label];
    const lines = [];
    if (node.op) {
      const numbers = words.numbers(session, id);
      parts.push("=", node.computed.tree);
      lines.push(mathML(parts, words.names(session, id)));
      if (known && numbers) lines.push(mathML(["=", node.computed.tree, "=", value], numbers));
    }
    if (!node.op || (known && !words.numbers(session, id))) lines.push(mathML([node.label, "=", value], words.names(session, id)));
    if (!known) lines.push(html("p", { class: "quiet" }, words.say("notYet", { at: (session.computedAt.get(id) ?? 0) + 1 })));
    return [html("div", { class: "formula" }, ...lines), ...(known ? this.array(known, words.say("dataLabel")) : [])];
  }

  /** Where the gradient comes from: of each use upstream × local, and the sum. */
  gradient() {
    const { session, words, id } = this;
    const received = session.receivedAt(id);
    const whole = session.run.gradients[id];
    if (id === session.output && session.gradientAt(id)) {
      return [html("p", {}, words.say("isSeed", { label: session.nodes[id].label }), " ", formatArray(whole))];
    }
    if (!received.length) {
      const at = session.events.findIndex((event) => this.givesTo(event, id));
      return [html("p", { class: "quiet" }, `∇ ?: ${words.say("notYet", { at: at + 1 })}`)];
    }
    const rows = received.flatMap((one) => this.contribution(one, received.length > 1));
    if (received.length > 1) {
      const sum = received.map((one) => formatArray(one.contribution)).join(" + ").replaceAll("+ −", "− ");
      rows.push(this.row(words.say("sum"), received[0].contribution.shape.length ? "" : sum, received[received.length - 1].after, "sum"));
    }
    const so = session.isWhole(id) ? [] : [html("p", { class: "quiet" }, words.say("partly"))];
    return [html("table", { class: "why" }, ...rows), ...so, ...this.array(received[received.length - 1].after, words.say("gradientLabel"))];
  }

  givesTo(event, id) {
    return event.kind === "seed" ? event.node === id : event.kind === "backward" && this.session.run.passed[event.passed].operand === id;
  }

  contribution(one, isOneOfSeveral) {
    const { session, words } = this;
    const node = session.nodes[one.node];
    const rule = node.rules[one.slot];
    const names = words.names(session, one.node);
    const head = isOneOfSeveral ? [html("tr", { class: "through" }, html("th", { colspan: 3, scope: "rowgroup" }, words.say("from", { label: node.label })))] : [];
    const upstream = this.row(words.say("upstream", { derivative: "" }).trim(), mathML([words.derivative(session, one.node)], names), one.upstream);
    if (!one.local) return [...head, upstream, this.row(words.say("passedOn"), mathML(["G", "↦", rule.tree], names), one.contribution)];
    const numbers = words.numbers(session, one.node);
    const formula = html("span", {}, mathML([rule.tree], names));
    if (numbers && hasPlaces(rule.tree)) formula.append(" = ", mathML([rule.tree], numbers));
    return [...head, upstream, this.row(words.say("local"), formula, one.local), this.row(words.say("product"), "", one.contribution, "product")];
  }

  row(title, formula, number, kind = "") {
    return html("tr", { class: kind }, html("th", { scope: "row" }, title), html("td", {}, formula), html("td", { class: "number" }, brief(number)));
  }

  /** The numbers of a small array, and what a larger one is like. */
  array(array, title) {
    if (!array.shape.length || !array.data.length) return [];
    const { words } = this;
    const columns = array.shape.at(-1) ?? 1;
    if (array.data.length <= MOST_CELLS) {
      const rows = Array.from({ length: array.data.length / columns }, (_, row) =>
        html("tr", {}, ...array.data.slice(row * columns, (row + 1) * columns).map((one) => html("td", {}, formatNumber(one)))),
      );
      return [html("div", { class: "scrolling" }, html("table", { class: "grid" }, html("caption", {}, `${title}, ${array.shape.join(" × ")}`), ...rows))];
    }
    const found = statistics(array.data);
    const said = ["mean", "norm", "low", "high", "notFinite"].map((key) => `${words.say(key)} ${formatNumber(found[key])}`);
    return [html("p", {}, `${title}, ${array.shape.join(" × ")}: ${said.join(", ")}`)];
  }

  paths(hasGradient) {
    const { session, words, id } = this;
    if (!hasGradient || id === session.output || session.at < session.end("backward")) return [];
    const found = session.paths(id, this.showsAll ? ALL_PATHS : 3);
    if (!found) return [html("p", { class: "quiet" }, words.say("noPaths"))];
    const lines = found.found.map(({ factors, product }) => {
      const symbols = factors.map((one) => `∂${session.nodes[one.node].label}/∂${session.nodes[one.operand].label}`);
      const numbers = factors.map((one) => bracketed(formatArray(one.local)));
      const formula = symbols.flatMap((symbol, at) => [at ? " · " : "", mathML([symbol], words.names(session, id))]);
      return html("li", {}, ...formula, ` = ${numbers.join(" · ")} = ${formatNumber(product)}`);
    });
    const more = found.count - found.found.length;
    const button = html("button", { id: "all-paths", type: "button", click: () => { this.showsAll = true; this.show(); } }, words.say("allPaths"));
    return [
      html("p", {}, words.say("paths", { output: session.nodes[session.output].label, count: found.count }), " ",
        more > 0 ? (this.showsAll ? words.say("pathsShown", { count: more }) : button) : ""),
      html("ul", { class: "paths scrolling" }, ...lines),
    ];
  }

  /** Nudge it, and of a leaf check its gradient. */
  trials(hasGradient) {
    const { session, words, id } = this;
    if (!session.tape.isAlive || !hasGradient || session.run.data[id].shape.length || session.run.data[session.output].shape.length) return [];
    const { label } = session.nodes[id];
    const field = /** @type {HTMLInputElement} */ (
      html("input", { id: "nudge-by", value: this.by, size: 6, inputmode: "decimal", keydown: (event) => event.key === "Enter" && this.nudge() })
    );
    const nudge = html("p", { class: "trial" },
      html("label", { for: "nudge-by" }, words.say("nudge", { label })), " ", field, " ",
      html("button", { id: "do-nudge", type: "button", click: () => this.nudge() }, "→"), " ",
      html("output", { class: "told", for: "nudge-by" }, this.told.nudge));
    if (session.nodes[id].op) return [nudge];
    return [nudge, html("p", { class: "trial" },
      html("button", { id: "do-check", type: "button", click: () => this.check() }, words.say("check")), " ",
      html("output", { class: "told" }, this.told.check))];
  }

  nudge() {
    const { session, words, id } = this;
    const typed = /** @type {HTMLInputElement | null} */ (find("nudge-by"));
    if (!typed) return;
    this.by = typed.value;
    const read = readNumber(this.by);
    if ("wrong" in read) this.told.nudge = words.say(read.wrong);
    else {
      const change = session.nudged(id, read.number) - session.run.data[session.output].data[0];
      const predicted = read.number * (session.run.gradients[id]?.data[0] ?? 0);
      const output = session.nodes[session.output].label;
      this.told.nudge = words.say("nudged", { output, change: formatNumber(change), predicted: formatNumber(predicted) });
    }
    this.show();
  }

  check() {
    const { session, words, id } = this;
    if (!session.tape.isAlive || session.nodes[id].op || session.run.data[id].shape.length || !session.run.gradients[id]) return;
    const { differences, gradient } = session.checked(id);
    const agree = Math.abs(differences - gradient) <= 1e-5 * Math.max(1e-3, Math.abs(differences), Math.abs(gradient));
    const verdict = words.say(agree ? "checkAgrees" : "checkDiffers");
    this.told.check = words.say("checked", { differences: formatNumber(differences, 6), gradient: formatNumber(gradient, 6), verdict });
    this.show();
  }

  places(node) {
    const { words } = this;
    const said = [
      node.path && words.say("path", { path: node.path }),
      node.within && words.say("within", { within: node.within }),
      node.source && words.say("recordedAt", { source: node.source }),
    ].filter(Boolean);
    return said.length ? [html("p", { class: "quiet" }, said.join("; "))] : [];
  }

  /** What was told of other numbers. */
  forget() {
    this.told = { nudge: "", check: "" };
  }
}

/** Of an array, which does not fit into a column, its norm. */
const brief = (array) => (array.shape.length ? `‖${formatNumber(statistics(array.data).norm)}‖` : formatArray(array));

const hasPlaces = (tree) => tree[0] === "k" || tree.some((part) => Array.isArray(part) && hasPlaces(part));

const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);
