// What can be taken away: the picture as SVG, PNG and DOT, the numbers as JSON, the derivation as Markdown and LaTeX.
import { find } from "./elements.js";
import { asLatex, asMarkdown } from "./listing.js";
import { formatArray } from "./numbers.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./words.js").Words} Words */

const PNG_SCALE = 2;

/** The forms by the endings of their files. @param {Session} session @param {Words} words @param {any} graph */
export const forms = (session, words, graph) => ({
  svg: async () => ["image/svg+xml", asSvg(graph)],
  png: async () => ["image/png", await asPng(graph)],
  dot: async () => ["text/vnd.graphviz", asDot(session)],
  json: async () => ["application/json", asJson(session)],
  md: async () => ["text/markdown", asMarkdown(session, words)],
  tex: async () => ["application/x-tex", asLatex(session, words)],
});

/** @param {string} name @param {string} type @param {BlobPart} content */
export function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The picture by itself: with the page's style sheet, in its present colours. */
function asSvg(graph) {
  const copy = graph.root.cloneNode(true);
  const { width, height } = graph.layout;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.querySelectorAll("[tabindex]").forEach((one) => one.removeAttribute("tabindex"));
  const now = getComputedStyle(document.documentElement);
  const sheet = find("graph-style").textContent;
  const names = [...new Set(sheet.match(/--[a-z-]+/g))];
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `:root{${names.map((name) => `${name}:${now.getPropertyValue(name).trim()}`).join(";")}}${sheet}`;
  copy.prepend(style);
  copy.style.background = now.getPropertyValue("--background");
  return new XMLSerializer().serializeToString(copy);
}

async function asPng(graph) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(asSvg(graph))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(graph.layout.width * PNG_SCALE);
  canvas.height = Math.ceil(graph.layout.height * PNG_SCALE);
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** @param {Session} session */
function asDot(session) {
  const quoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const lines = session.nodes.map((node, id) => {
    const gradient = formatArray(session.run.gradients[id]);
    const label = [node.title, `data ${formatArray(session.run.data[id])}`, `grad ${gradient}`].map(quoted).join("");
    return `  n${id} [label=${label.replaceAll('""', "\\n")}];`;
  });
  const edges = session.nodes.flatMap((node, id) => (node.operands ?? []).map((operand) => `  n${operand} -> n${id};`));
  return ["digraph {", "  rankdir=LR; node [shape=box];", ...lines, ...edges, "}", ""].join("\n");
}

/** Every number as it is now. @param {Session} session */
function asJson(session) {
  const plain = (array) => (array ? { shape: array.shape, data: array.data.map((one) => (Number.isFinite(one) ? one : String(one))) } : null);
  const nodes = session.nodes.map((node, id) => ({
    label: node.label,
    operation: node.op ?? null,
    operands: (node.operands ?? []).map((operand) => session.nodes[operand].label),
    role: node.role,
    data: plain(session.run.data[id]),
    gradient: plain(session.run.gradients[id]),
  }));
  return `${JSON.stringify({ output: session.nodes[session.output].label, learningRate: session.rate, nodes }, null, 1)}\n`;
}
