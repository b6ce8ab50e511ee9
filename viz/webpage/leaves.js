// The leaves: a number field and a slider each, the learning rate, update, undo, reset.
import { find, html } from "./elements.js";
import { formatArray, inFull, readNumber } from "./numbers.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./words.js").Words} Words */

const MOST_FIELDS = 64; // of an array
const LEAST_REACH = 5; // of a slider, to either side

export class Leaves {
  /** @param {HTMLElement} place @param {Session} session @param {Words} words */
  constructor(place, session, words) {
    this.place = place;
    this.session = session;
    this.words = words;
    /** @type {Map<string, {field: HTMLInputElement, slider: HTMLInputElement | null, said: HTMLElement}>} */
    this.fields = new Map();
    this.build();
  }

  build() {
    const { session, words } = this;
    this.fields.clear();
    if (!session.tape.isAlive) {
      this.place.replaceChildren(html("p", {}, words.say("noLeaves", { names: lacking(session) })));
      return;
    }
    const shown = session.editable().map((id) => (session.nodes[id].shape.length ? this.array(id) : this.number(id)));
    this.place.replaceChildren(html("div", { class: "leaves" }, ...shown), ...this.fixed(), this.updates());
    this.show();
  }

  /** Constants that may have been computed of inputs before anything was recorded. */
  fixed() {
    const { nodes, tape } = this.session;
    const names = tape.recording.fixed.map(([id, user]) => this.words.say("fixedOne", { label: nodes[id].label, title: nodes[user].title }));
    return names.length ? [html("p", { class: "quiet" }, this.words.say("fixed", { names: names.join(", ") }))] : [];
  }

  /** A leaf that is one number. */
  number(id) {
    const { label, role } = this.session.nodes[id];
    const number = this.session.tape.recorded[id].data[0];
    const reach = Math.max(LEAST_REACH, 2 * Math.abs(number));
    const slider = /** @type {HTMLInputElement} */ (
      html("input", { type: "range", min: -reach, max: reach, step: "any", "aria-label": this.words.say("slider", { label }), "data-slider": id })
    );
    slider.addEventListener("input", () => this.session.set(id, Number(Number(slider.value).toPrecision(3))));
    const gradient = html("span", { class: "slope", "data-slope": id });
    const field = this.field(id, 0, `leaf-${id}`, slider);
    return html("div", { class: `leaf ${role}` }, html("label", { for: `leaf-${id}` }, label), field.box, slider, gradient, field.said);
  }

  /** A field for one number of a leaf. @param {number} id @param {number} element @param {string} name
   * @param {HTMLInputElement | null} [slider] */
  field(id, element, name, slider = null) {
    const { label } = this.session.nodes[id];
    const said = html("span", { class: "wrong", role: "alert", id: `${name}-wrong` });
    const box = /** @type {HTMLInputElement} */ (
      html("input", { id: name, size: 7, inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-describedby": `${name}-wrong`, "aria-label": slider ? undefined : `${label} ${element + 1}` })
    );
    const take = () => {
      const read = readNumber(box.value);
      const wrong = "wrong" in read;
      said.textContent = wrong ? this.words.say(read.wrong) : "";
      box.toggleAttribute("aria-invalid", wrong);
      if (!wrong) this.session.set(id, read.number, element);
    };
    box.addEventListener("input", take);
    box.addEventListener("change", take);
    this.fields.set(`${id}/${element}`, { field: box, slider, said });
    return { box, said };
  }

  array(id) {
    const { label, shape, data, role } = this.session.nodes[id];
    const slope = html("span", { class: "slope", "data-slope": id });
    if (data.length > MOST_FIELDS) return html("div", { class: `leaf ${role}` }, html("span", {}, `${label} ${shape.join(" × ")}`), slope);
    const columns = shape.at(-1) ?? 1;
    const fields = data.map((_, element) => this.field(id, element, `leaf-${id}-${element}`));
    const rows = Array.from({ length: data.length / columns }, (_, row) =>
      html("tr", {}, ...fields.slice(row * columns, (row + 1) * columns).map(({ box, said }) => html("td", {}, box, said))),
    );
    return html("details", { class: `leaf ${role}` }, html("summary", {}, `${label} ${shape.join(" × ")} `, slope),
      html("div", { class: "scrolling" }, html("table", { class: "fields" }, ...rows)));
  }

  updates() {
    const { session, words } = this;
    const rate = /** @type {HTMLInputElement} */ (html("input", { id: "rate", size: 6, inputmode: "decimal", value: inFull(session.rate), "aria-describedby": "rate-wrong" }));
    const said = html("span", { class: "wrong", role: "alert", id: "rate-wrong" });
    rate.addEventListener("input", () => {
      const read = readNumber(rate.value);
      const wrong = "wrong" in read;
      said.textContent = wrong ? words.say(read.wrong) : "";
      rate.toggleAttribute("aria-invalid", wrong);
      if (wrong) return;
      session.rate = read.number;
      session.tell("rate");
    });
    const button = (id, key, act) => html("button", { id, type: "button", click: act }, words.say(key));
    return html("div", { class: "updates" },
      html("label", { for: "rate" }, words.say("rate")), rate, said,
      button("do-update", "doUpdate", () => session.update()),
      button("undo", "undo", () => session.undo()),
      button("reset", "reset", () => session.reset()),
      html("output", { id: "changed" }));
  }

  show() {
    const { session } = this;
    if (!session.tape.isAlive) return;
    for (const [key, { field, slider, said }] of this.fields) {
      const [id, element] = key.split("/").map(Number);
      const number = session.run.data[id].data[element];
      const typed = readNumber(field.value);
      const isTyping = field === document.activeElement && ("wrong" in typed ? said.textContent !== "" : typed.number === number);
      if (!isTyping) {
        field.value = inFull(number);
        said.textContent = "";
        field.removeAttribute("aria-invalid");
      }
      if (slider && slider !== document.activeElement) slider.value = String(number);
    }
    for (const id of session.editable()) {
      const slope = this.place.querySelector(`[data-slope="${id}"]`);
      const so = session.gradientAt(id);
      if (slope) slope.textContent = session.run.gradients[id] ? `∇ ${so ? formatArray(so) : "?"}` : "";
    }
    find("undo").disabled = session.before.length === 0;
    find("reset").disabled = session.leaves.size === 0;
    find("do-update").disabled = session.parameters().length === 0;
  }

  /** What an update did to the output. @param {{before: number[], after: number[]}} detail */
  changed({ before, after }) {
    if (before.length !== 1) return;
    const [first, second] = [before, after].map((data) => formatArray({ shape: [], data }));
    const output = this.session.nodes[this.session.output].label;
    find("changed").textContent = this.words.say("changed", { output, before: first, after: second });
  }
}

/** What a page cannot compute, by name. @param {Session} session */
export const lacking = (session) => [...new Set(session.tape.lacking.map((node) => node.lacks))].join(", ");
