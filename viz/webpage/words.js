// The page's words: texts in the reader's language, and each event as a sentence and as formulas.
import { asText } from "./formulas.js";
import { formatArray, formatNumber } from "./numbers.js";

/** @typedef {import("./session.js").Session} Session */

export class Words {
  /** @param {Record<string, Record<string, string>>} languages @param {string} language */
  constructor(languages, language) {
    this.languages = languages;
    this.language = "en";
    this.choose(language);
  }

  /** The language asked for, the same without its region, or English. @param {string} language */
  choose(language) {
    const plain = language.toLowerCase();
    this.language = [plain, plain.split("-")[0]].find((one) => one in this.languages) ?? "en";
  }

  /** A text, with what it names put in. @param {string} key @param {Record<string, unknown>} [parts] */
  say(key, parts = {}) {
    return this.languages[this.language][key].replace(/\{(\w+)\}/g, (_, part) => String(parts[part]));
  }

  /** @param {Session} session @param {number} id */
  derivative(session, id) {
    return `∂${session.nodes[session.output].label}/∂${session.nodes[id].label}`;
  }

  /** What is put in the places of a node's formulas: names, or numbers. @param {Session} session @param {number} id */
  names(session, id) {
    const node = session.nodes[id];
    return { operands: (node.operands ?? []).map((one) => session.nodes[one].label), out: node.label, upstream: "G" };
  }

  /** @param {Session} session @param {number} id @returns {import("./formulas.js").Fill | null} null of arrays */
  numbers(session, id) {
    const node = session.nodes[id];
    const { data, gradients } = session.run;
    const all = [id, ...(node.operands ?? [])];
    if (all.some((one) => data[one].shape.length)) return null;
    const written = (one) => formatArray(data[one]);
    return { operands: (node.operands ?? []).map(written), out: written(id), upstream: formatArray(gradients[id]) };
  }

  /** An event as a sentence. @param {Session} session @param {import("./session.js").Event} event */
  sentence(session, event) {
    const node = session.nodes[event.node];
    const { data, gradients, passed } = session.run;
    const { label } = node;
    if (event.kind === "forward" && !node.op) {
      return this.say("givenSentence", { label, number: formatArray(data[event.node]), role: this.say(`role.${node.role}`) });
    }
    if (event.kind === "forward") {
      const numbers = this.numbers(session, event.node);
      const formula = asText(node.computed.text, this.names(session, event.node));
      const filled = numbers ? ` = ${asText(node.computed.text, numbers)}` : "";
      return this.say("forwardSentence", { label, formula: `${formula}${filled}`, number: formatArray(data[event.node]) });
    }
    if (event.kind === "seed") {
      return this.say("seedSentence", { label, number: formatArray(gradients[event.node]) });
    }
    const slope = formatArray(gradients[event.node]);
    if (event.kind === "update") {
      const [before, after] = [formatArray(data[event.node]), formatArray(session.moved(event.node))];
      return this.say("updateSentence", { label, before, after, slope, rate: formatNumber(session.rate) });
    }
    const one = passed[/** @type {number} */ (event.passed)];
    const parts = {
      label,
      operand: session.nodes[one.operand].label,
      upstream: formatArray(one.upstream),
      local: formatArray(one.local),
      contribution: formatArray(one.contribution),
      after: formatArray(one.after),
      derivative: this.derivative(session, one.operand),
    };
    const said = this.say(one.local ? "backwardSentence" : "pullbackSentence", parts);
    return one.before ? `${said} ${this.say("togetherSentence", parts)}` : said;
  }
}
