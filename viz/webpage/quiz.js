// Predict first: what comes next is asked before it is shown.
import { find, html } from "./elements.js";
import { asText } from "./formulas.js";
import { formatNumber, readNumber } from "./numbers.js";
import { isRight } from "./session.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./words.js").Words} Words */

export class Quiz {
  /** @param {HTMLElement} place @param {Session} session @param {Words} words */
  constructor(place, session, words) {
    this.place = place;
    this.session = session;
    this.words = words;
    this.isOn = false;
    this.asked = -1; // which event
    this.right = 0;
    this.count = 0;
    this.said = "";
  }

  toggle(on = !this.isOn) {
    this.isOn = on;
    this.asked = -1;
    this.said = "";
    this.show();
  }

  /** Whether the next event is to be predicted first; then it is asked. */
  asks() {
    const { at } = this.session;
    if (!this.isOn || this.asked === at || this.session.answer(at) === undefined) return false;
    this.asked = at;
    this.said = "";
    this.show();
    find("guess").focus();
    return true;
  }

  show() {
    const { session, words } = this;
    const score = this.count ? words.say("score", { right: this.right, count: this.count }) : "";
    this.place.hidden = !this.isOn;
    const isAsking = this.isOn && this.asked >= 0 && this.asked === session.at;
    const told = html("output", { class: "told" }, [this.said, score].filter(Boolean).join("; "));
    if (!isAsking) return this.place.replaceChildren(told);
    const field = /** @type {HTMLInputElement} */ (html("input", { id: "guess", size: 8, inputmode: "decimal", autocomplete: "off" }));
    const answer = () => this.answer(field.value);
    field.addEventListener("keydown", (event) => event.key === "Enter" && answer());
    return this.place.replaceChildren(
      html("label", { for: "guess" }, this.question()), " ", field, " ",
      html("button", { type: "button", id: "do-answer", click: answer }, words.say("answer")), " ",
      html("button", { type: "button", id: "skip", click: () => session.goto(session.at + 1) }, words.say("skip")), " ", told);
  }

  question() {
    const { session, words } = this;
    const event = session.events[this.asked];
    const node = session.nodes[event.node];
    const operand = event.kind === "backward" ? session.nodes[session.run.passed[event.passed ?? 0].operand].label : "";
    const formula = event.kind === "forward" ? asText(node.computed.text, words.names(session, event.node)) : "";
    return words.say(`ask.${event.kind}`, { label: node.label, operand, formula });
  }

  answer(typed) {
    const read = readNumber(typed);
    const answer = /** @type {number} */ (this.session.answer(this.asked));
    if ("wrong" in read) {
      this.said = this.words.say(read.wrong);
      this.show();
      find("guess").value = typed;
      find("guess").focus();
      return;
    }
    const isCorrect = isRight(read.number, answer);
    this.count += 1;
    this.right += isCorrect ? 1 : 0;
    this.said = isCorrect ? this.words.say("right") : this.words.say("wrong", { number: formatNumber(answer) });
    this.session.goto(this.session.at + 1);
    this.session.tell("answer", { right: isCorrect });
  }
}
