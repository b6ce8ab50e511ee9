// All steps as text: the table that stands for the picture, the derivation, and the worksheet that is printed.
import { html } from "./elements.js";
import { latex, latexName, mathML } from "./formulas.js";
import { formatArray, formatNumber } from "./numbers.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./session.js").Event} Event */
/** @typedef {import("./words.js").Words} Words */

/** Fill the table of all steps. @param {HTMLElement} place @param {Session} session @param {Words} words */
export function showTable(place, session, words) {
  const rows = session.events.map((event, at) => {
    const isDone = at < session.at;
    const go = html("button", { type: "button", "aria-label": words.say("goto", { at: at + 1 }), click: () => session.goto(at + 1) }, String(at + 1));
    const said = isDone ? words.sentence(session, event) : "?";
    return html("tr", { class: at + 1 === session.at ? "now" : "", "aria-current": at + 1 === session.at ? "step" : undefined },
      html("td", {}, go), html("td", {}, words.say(phase(event))), html("td", {}, said));
  });
  place.replaceChildren(html("table", { class: "steps" },
    html("thead", {}, html("tr", {}, html("th", { scope: "col" }, words.say("number")), html("th", { scope: "col" }, words.say("phase")), html("th", { scope: "col" }, words.say("what")))),
    html("tbody", {}, ...rows)));
}

/** @param {Event} event */
export const phase = (event) => (event.kind === "seed" ? "backward" : event.kind);

/** An event as an equation: left side, then what it equals, trees with their fills or LaTeX names.
 * @param {Session} session @param {Words} words @param {Event} event */
function equation(session, words, event) {
  const { run, nodes } = session;
  const node = nodes[event.node];
  const names = words.names(session, event.node);
  const numbers = words.numbers(session, event.node);
  if (event.kind === "forward") {
    const ways = node.op ? [[node.computed.tree, names], ...(numbers ? [[node.computed.tree, numbers]] : [])] : [];
    return { left: node.label, ways, answer: run.data[event.node] };
  }
  if (event.kind === "seed") return { left: words.derivative(session, event.node), ways: [], answer: run.gradients[event.node] };
  const grouped = (text) => (text.startsWith("−") ? ["r", ["o", "("], ["n", text], ["o", ")"]] : ["n", text]);
  if (event.kind === "update") {
    const [before, slope] = [formatArray(run.data[event.node]), formatArray(run.gradients[event.node])];
    const of = (number, rate, gradient) => ["r", number, ["o", "−"], rate, ["o", "·"], gradient];
    const ways = [[of(["i", node.label], ["i", "η"], ["i", words.derivative(session, event.node)]), names]];
    if (run.data[event.node].shape.length === 0) ways.push([of(["n", before], grouped(formatNumber(session.rate)), grouped(slope)), names]);
    return { left: node.label, relation: "←", ways, answer: session.moved(event.node) };
  }
  const one = run.passed[/** @type {number} */ (event.passed)];
  const rule = node.rules[one.slot].tree;
  const upstream = ["i", words.derivative(session, one.node)];
  const before = one.before ? [["i", words.derivative(session, one.operand)], ["o", "+"]] : [];
  const derivative = words.derivative(session, one.operand);
  if (!one.local) return { left: derivative, relation: one.before ? "←" : "=", ways: [[["r", ...before, rule], names]], answer: one.after };
  const inBrackets = rule[0] === "r" ? ["r", ["o", "("], rule, ["o", ")"]] : rule;
  const ways = [[["r", ...before, upstream, ["o", "·"], inBrackets], names]];
  if (one.contribution.shape.length === 0) {
    const had = one.before ? [["n", formatArray(one.before)], ["o", "+"]] : [];
    ways.push([["r", ...had, grouped(formatArray(one.upstream)), ["o", "·"], grouped(formatArray(one.local))], names]);
  }
  return { left: derivative, relation: one.before ? "←" : "=", ways, answer: one.after };
}

/** The whole derivation as LaTeX formulas between dollars, by phase. @param {Session} session @param {Words} words */
function sections(session, words) {
  const found = new Map();
  for (const event of session.events) {
    if (event.kind === "forward" && session.nodes[event.node].role === "constant") continue;
    const { left, ways, answer, relation = "=" } = equation(session, words, event);
    const right = [...ways.map(([tree, fill]) => latex(tree, fill)), latexName(formatArray(answer))];
    const line = { sentence: words.sentence(session, event), formula: `${latexName(left)} ${relation === "←" ? "\\leftarrow" : "="} ${right.join(" = ")}` };
    const key = phase(event);
    found.set(key, [...(found.get(key) ?? []), line]);
  }
  return found;
}

/** @param {Session} session @param {Words} words */
export function asMarkdown(session, words) {
  const parts = [...sections(session, words)].map(([key, lines]) => {
    const steps = lines.map(({ sentence, formula }) => `${sentence.replace(/[\\`*_{}[\]<>#|$]/g, "\\$&")}\n\n$$${formula}$$\n`);
    return `## ${capital(words.say(key))}\n\n${steps.join("\n")}`;
  });
  return parts.join("\n");
}

/** A whole document that needs amsmath alone. @param {Session} session @param {Words} words */
export function asLatex(session, words) {
  const parts = [...sections(session, words)].map(([key, lines]) => {
    const steps = lines.map(({ formula }) => `  & ${formula}`);
    return `\\section*{${capital(words.say(key))}}\n\\begin{align*}\n${steps.join(" \\\\\n")}\n\\end{align*}\n`;
  });
  const head = "\\documentclass{article}\n\\usepackage{amsmath}\n\\usepackage[utf8]{inputenc}\n\\allowdisplaybreaks\n";
  return `${head}\\begin{document}\n${parts.join("\n")}\\end{document}\n`;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** What is printed: every step with a blank, and the key on a page of its own.
 * @param {HTMLElement} place @param {Session} session @param {Words} words */
export function showWorksheet(place, session, words) {
  const asked = session.events.filter((event) => event.kind !== "forward" || session.nodes[event.node].op);
  const given = session.nodes.flatMap((node, id) => (!node.op && node.role !== "constant" ? [`${node.label} = ${formatArray(session.run.data[id])}`] : []));
  const steps = asked.map((event) => {
    const { left, ways, relation = "=" } = equation(session, words, event);
    const way = ways.length ? [mathML([ways[0][0]], ways[0][1]), " = "] : [];
    return html("li", {}, mathML([left], words.names(session, event.node)), ` ${relation} `, ...way, html("span", { class: "blank" }));
  });
  const answers = asked.map((event) => html("li", {}, formatArray(equation(session, words, event).answer)));
  place.replaceChildren(
    html("h2", {}, words.say("worksheet")), html("p", {}, words.say("fillIn")), html("p", {}, given.join(", "), `, η = ${formatNumber(session.rate)}`),
    html("ol", {}, ...steps),
    html("section", { class: "key" }, html("h2", {}, words.say("key")), html("ol", {}, ...answers)));
}
