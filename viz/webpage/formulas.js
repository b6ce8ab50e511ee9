// Formulas with places for names or numbers: as text, as MathML, as LaTeX. See mathematics.py for the trees.

const FIRST = 0xe000;
const OUT = "\uf8fe";
const UPSTREAM = "\uf8ff";
const MARKS = /[\ue000-\uf8ff]/gu;

/** What stands in the places: names or numbers. @typedef {{operands: string[], out: string, upstream: string}} Fill */

/** @param {string} text @param {Fill} fill */
export function asText(text, fill) {
  return text.replace(MARKS, (mark, at) => {
    const found = mark === OUT ? fill.out : mark === UPSTREAM ? fill.upstream : fill.operands[mark.charCodeAt(0) - FIRST];
    const [before, after] = [text.slice(0, at), text.slice(at + 1)];
    const isAlone = (before === "" || /[(,] ?$/.test(before)) && (after === "" || /^[),]/.test(after));
    const isFirst = before === "" && !/^[²^ᵀ]/.test(after);
    return isAlone || isFirst || !needsBrackets(found) ? found : `(${found})`;
  });
}

const needsBrackets = (found) => found.startsWith("−") || /[\w)] ?[+−×÷*/] ?[\w(]/.test(found.replace(/e−\d/, ""));

const placed = (place, fill) => (place === "o" ? fill.out : place === "g" ? fill.upstream : fill.operands[Number(place)]);

// --- MathML ---------------------------------------------------------------------------------------------

const MATHML = "http://www.w3.org/1998/Math/MathML";

function element(name, ...children) {
  const made = document.createElementNS(MATHML, name);
  made.append(...children);
  return made;
}

/** @param {(any[] | string)[]} parts trees, and signs between them @param {Fill} fill */
export function mathML(parts, fill) {
  const math = element("math", ...parts.map((part) => (typeof part === "string" ? nameOrSign(part) : built(part, fill, true))));
  math.setAttribute("displaystyle", "true");
  return math;
}

const nameOrSign = (text) => (/^[=+·×−↦⊙]$/.test(text) ? element("mo", text) : name(text));

/** A label: w1 as w with an index, a word upright. @param {string} label */
export function name(label) {
  const index = /^(\p{L})_?(\d+)$/u.exec(label);
  if (index) return element("msub", letters(index[1]), element("mn", index[2]));
  if (/^[−]?[\d.]+(e[−]?\d+)?$/.test(label) || /^[−]?∞$/.test(label)) return element("mn", label);
  const derivative = /^∂(.+)\/∂(.+)$/u.exec(label);
  if (derivative) {
    const part = (text) => element("mrow", element("mo", "∂"), name(text));
    return element("mfrac", part(derivative[1]), part(derivative[2]));
  }
  return letters(label);
}

function letters(text) {
  const made = element("mi", text);
  if ([...text].length > 1) made.setAttribute("mathvariant", "normal");
  return made;
}

function built(tree, fill, isAlone = false) {
  const [kind, ...parts] = tree;
  switch (kind) {
    case "n":
      return element("mn", parts[0]);
    case "i":
      return name(parts[0]);
    case "o":
      return element("mo", parts[0]);
    case "k": {
      const found = placed(parts[0], fill);
      if (isAlone || !needsBrackets(found)) return name(found);
      return element("mrow", element("mo", "("), name(found), element("mo", ")"));
    }
    case "f":
      return element("mfrac", built(parts[0], fill, true), built(parts[1], fill, true));
    case "s":
      return element("msqrt", built(parts[0], fill, true));
    case "^":
      return element("msup", built(parts[0], fill), built(parts[1], fill, true));
    case "_":
      return element("msub", built(parts[0], fill), built(parts[1], fill, true));
    default:
      return element("mrow", ...parts.map((part, at) => built(part, fill, at === 0)));
  }
}

// --- LaTeX ----------------------------------------------------------------------------------------------

const COMMANDS = {
  "·": "\\cdot ", "×": "\\times ", "−": "-", "≥": "\\ge ", "≤": "\\le ", "≠": "\\ne ", "‖": "\\|", "∨": "\\lor ", "∧": "\\land ",
  "∂": "\\partial ", "∑": "\\sum ", "⊙": "\\odot ", "↦": "\\mapsto ", "∞": "\\infty ", "\u2009": "\\,", "⌊": "\\lfloor ",
  "⌋": "\\rfloor ", "⌈": "\\lceil ", "⌉": "\\rceil ", "←": "\\leftarrow ",
};

/** @param {any[]} tree @param {Fill} fill @returns {string} */
export function latex(tree, fill, isAlone = true) {
  const [kind, ...parts] = tree;
  const inside = (part) => latex(part, fill, true);
  switch (kind) {
    case "n":
    case "i":
      return latexName(parts[0]);
    case "o":
      return COMMANDS[parts[0]] ?? (parts[0].length > 1 ? `\\mathbin{\\mathrm{${escaped(parts[0])}}}` : escaped(parts[0]));
    case "k": {
      const found = placed(parts[0], fill);
      return isAlone || !needsBrackets(found) ? latexName(found) : `\\left(${latexName(found)}\\right)`;
    }
    case "f":
      return `\\frac{${inside(parts[0])}}{${inside(parts[1])}}`;
    case "s":
      return `\\sqrt{${inside(parts[0])}}`;
    case "^":
    case "_":
      return `{${latex(parts[0], fill, false)}}${kind}{${inside(parts[1])}}`;
    default:
      return parts.map((part, at) => latex(part, fill, at === 0).trim()).join(" ");
  }
}

/** @param {string} label */
export function latexName(label) {
  const plain = label.replaceAll("−", "-").replaceAll("∞", "\\infty ");
  const power = /^(-?[\d.]+)(?:e(-?\d+))?$/.exec(plain);
  if (power) return power[1] + (power[2] ? ` \\times 10^{${power[2]}}` : "");
  const index = /^(\p{L})_?(\d+)$/u.exec(label);
  if (index) return `${index[1]}_{${index[2]}}`;
  const derivative = /^∂(.+)\/∂(.+)$/u.exec(label);
  if (derivative) return `\\frac{\\partial ${latexName(derivative[1])}}{\\partial ${latexName(derivative[2])}}`;
  return [...label].length === 1 ? escaped(label) : `\\mathrm{${escaped(label)}}`;
}

const escaped = (text) => text.replaceAll("\\", "\\backslash ").replace(/[#$%&_{}]/g, "\\$&").replaceAll("−", "-");
