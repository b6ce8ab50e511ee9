// The page itself: what is shown where, the player, the keys, links, theme and language.
import { Card } from "./card.js";
import { forms, save } from "./downloads.js";
import { find, html } from "./elements.js";
import { Graph, svg } from "./graph.js";
import { lacking, Leaves } from "./leaves.js";
import { phase, showTable, showWorksheet } from "./listing.js";
import { formatArray, formatNumber } from "./numbers.js";
import { Quiz } from "./quiz.js";
import { Session } from "./session.js";
import { follow, link, listen, surface } from "./surface.js";
import { Words } from "./words.js";

const VERSION = 1;
const SPEEDS = [0.5, 1, 2, 4];
const SECOND = 1000;
const THEMES = ["auto", "light", "dark"];

class Page {
  /** @param {any} recording @param {any} languages */
  constructor(recording, languages) {
    const asked = new URLSearchParams(location.search);
    this.words = new Words(languages, asked.get("lang") ?? navigator.language);
    this.session = new Session(recording);
    this.quiz = new Quiz(find("quiz"), this.session, this.words);
    this.card = new Card(find("card"), this.session, this.words);
    this.leaves = new Leaves(find("leaves"), this.session, this.words);
    this.speed = 1;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.graph = new Graph(find("graph"), this.session, this.words, recording.layouts, (id) => this.choose(id), (id) => this.open(id));
    this.build();
    this.translate();
    this.theme(THEMES.includes(asked.get("theme") ?? "") ? /** @type {string} */ (asked.get("theme")) : "auto");
    this.heed(asked.get("mode"));
    this.followLink();
    this.hear();
    this.show();
    this.verify();
  }

  // --- what stands where ---

  build() {
    find("theme").append(...THEMES.map((value) => html("option", { value })));
    find("language").append(...Object.entries(this.words.languages).map(([value, texts]) => html("option", { value, lang: value }, texts.language)));
    find("language").value = this.words.language;
    find("speed").append(...SPEEDS.map((value) => html("option", { value }, `${value}×`)));
    find("speed").value = "1";
    find("position").max = this.session.events.length;
    const all = forms(this.session, this.words, this.graph);
    find("downloads").append(...Object.keys(all).map((ending) =>
      html("button", { type: "button", "data-download": ending, click: async () => {
        const [type, content] = await all[ending]();
        save(`${this.session.nodes[this.session.output].label.replace(/[^\p{L}\p{N}_-]+/gu, "_")}.${ending}`, type, content);
      } }, ending.toUpperCase())));
  }

  /** Every text that stands in the page's own markup. */
  translate() {
    const { words, session } = this;
    document.documentElement.lang = words.language;
    document.title = words.say("title", { label: session.nodes[session.output].label });
    find("title").textContent = document.title;
    for (const element of document.querySelectorAll("[data-text]")) element.textContent = words.say(element.getAttribute("data-text") ?? "");
    for (const element of document.querySelectorAll("[data-label]")) {
      const text = words.say(element.getAttribute("data-label") ?? "");
      element.setAttribute("aria-label", text);
      element.setAttribute("title", text);
    }
    for (const option of find("theme").options) option.textContent = words.say(`theme.${option.value}`);
    find("search").placeholder = words.say("search");
    this.legend();
  }

  legend() {
    const { words } = this;
    const box = (role) => svg("svg", { width: 46, height: 24, class: "graph", "aria-hidden": "true" },
      svg("g", { class: `node ${role}` },
        svg("rect", { x: 3, y: 3, width: 40, height: 18, rx: role === "input" || role === "constant" ? 9 : 2, class: "box" }),
        ...(role === "output" ? [svg("rect", { x: 6, y: 6, width: 34, height: 12, class: "inner" })] : [])));
    const line = (kind) => svg("svg", { width: 46, height: 24, class: "graph", "aria-hidden": "true" }, svg("path", { d: "M2,12 L44,12", class: `edge live ${kind}` }));
    const roles = ["parameter", "input", "constant", "intermediate", "output"];
    find("legend").replaceChildren(...[
      ...roles.map((role) => [box(role), words.say(`role.${role}`)]),
      [line("forward"), words.say("legendForward")], [line("backward"), words.say("legendBackward")],
      ["", words.say("legendUnknown")], ["", words.say("legendMaps")],
    ].map(([sign, text]) => html("li", {}, sign, " ", text)));
  }

  // --- what is shown ---

  show() {
    const { session, words } = this;
    const event = session.current;
    const output = session.nodes[session.output];
    const known = session.dataAt(session.output);
    find("cost").textContent = `${output.label} = ${known ? formatArray(known) : "?"}`;
    for (const button of document.querySelectorAll("[data-go]")) {
      const isNow = (event ? phase(event) : "forward") === button.getAttribute("data-go");
      button.setAttribute("aria-pressed", String(isNow));
    }
    find("position").value = session.at;
    find("step").textContent = words.say("step", { at: session.at, count: session.events.length });
    find("said").textContent = event ? words.sentence(session, event) : words.say("begin");
    this.graph.show();
    this.graph.mark(this.card.id, this.above(this.card.id));
    this.card.show();
    this.leaves.show();
    this.quiz.show();
    if (find("table").open) showTable(find("steps"), session, words);
    this.remember();
  }

  /** The nodes on all paths from a node to the output. */
  above(id) {
    const found = new Set([id]);
    for (const node of found) this.session.users[node].forEach((user) => found.add(user));
    return found;
  }

  /** The address says what is shown, so that it can be sent on. */
  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => {
      // A page without an address of its own (an iframe's srcdoc) has none to keep.
      if (location.protocol !== "about:") history.replaceState(null, "", location.search + link(this.session));
    }, 150);
  }

  verify() {
    const { session, words } = this;
    const badge = find("badge");
    if (!session.tape.isAlive) badge.textContent = words.say("pythonOnly", { names: lacking(session) });
    else {
      const wrong = session.disagreement();
      const parts = wrong && { label: session.nodes[wrong.node].label, here: formatNumber(wrong.here, 17), there: formatNumber(wrong.there, 17) };
      badge.textContent = parts ? words.say("differs", parts) : words.say("agrees", { tolerance: `1e−${-Math.log10(session.tolerance)}` });
      badge.className = parts ? "wrong" : "right";
    }
  }

  choose(id) {
    this.card.choose(id);
    this.graph.mark(id, this.above(id));
  }

  /** Go to the event that gives a node what it gets in this pass. */
  open(id) {
    const { session } = this;
    const isForward = session.at <= session.end("forward");
    const gives = (event) => (isForward ? event.kind === "forward" && event.node === id : this.card.givesTo(event, id));
    const at = session.events.findLastIndex(gives);
    this.choose(id);
    if (at >= 0) session.goto(at + 1);
  }

  // --- moving ---

  next() {
    if (!this.quiz.asks()) this.session.goto(this.session.at + 1);
  }

  play(isPlaying = this.timer === undefined) {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { session } = this;
    if (isPlaying) {
      if (session.at === session.events.length) session.goto(0);
      const turn = () => {
        this.next();
        const isOver = session.at === session.events.length || this.quiz.asked === session.at;
        if (isOver) this.play(false);
        else this.timer = setTimeout(turn, SECOND / this.speed);
      };
      this.timer = setTimeout(turn, SECOND / this.speed);
    }
    const text = this.words.say(isPlaying ? "pause" : "play");
    find("play").textContent = isPlaying ? "❚❚" : "▶";
    find("play").setAttribute("aria-label", text);
    find("play").title = text;
  }

  faster(by) {
    const at = SPEEDS.indexOf(this.speed) + by;
    this.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))];
    find("speed").value = String(this.speed);
  }

  // --- what is heard ---

  hear() {
    const { session } = this;
    session.addEventListener("step", () => {
      this.follow();
      this.show();
    });
    session.addEventListener("change", () => {
      this.card.forget();
      this.show();
    });
    session.addEventListener("rate", () => this.show());
    session.addEventListener("update", (event) => this.leaves.changed(/** @type {CustomEvent} */ (event).detail));
    const click = (id, act) => find(id).addEventListener("click", act);
    click("first", () => session.goto(0));
    click("previous", () => session.goto(session.at - 1));
    click("play", () => this.play());
    click("next", () => this.next());
    click("last", () => session.goto(session.events.length));
    click("zoom-in", () => this.graph.scale(1.25));
    click("zoom-out", () => this.graph.scale(0.8));
    click("fit", () => this.graph.fit());
    find("position").addEventListener("input", () => session.goto(Number(find("position").value)));
    find("speed").addEventListener("change", () => (this.speed = Number(find("speed").value)));
    find("quiz-on").addEventListener("change", () => this.quiz.toggle(find("quiz-on").checked));
    find("theme").addEventListener("change", () => this.theme(find("theme").value));
    find("language").addEventListener("change", () => this.speak(find("language").value));
    find("table").addEventListener("toggle", () => this.show());
    for (const button of document.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => session.goto(session.end(button.getAttribute("data-go"))));
    }
    this.hearSearch();
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("hashchange", () => {
      this.followLink();
      this.show();
    });
    addEventListener("beforeprint", () => showWorksheet(find("worksheet"), session, this.words));
    new ResizeObserver(() => {
      const width = find("graph").clientWidth;
      if (width === this.width || width === 0) return; // 0 where it is not shown
      this.width = width;
      this.graph.draw();
      this.graph.mark(this.card.id, this.above(this.card.id));
    }).observe(find("graph"));
    this.width = find("graph").clientWidth;
  }

  hearSearch() {
    const field = find("search");
    const matching = () => {
      const wanted = field.value.trim().toLowerCase();
      const ids = this.session.nodes.flatMap((node, id) => ([node.label, node.op ?? ""].some((one) => one.toLowerCase().includes(wanted)) ? [id] : []));
      return wanted ? ids : null;
    };
    field.addEventListener("input", () => {
      const found = matching();
      this.graph.point(found && new Set(found));
      find("found").textContent = found ? this.words.say("found", { count: found.length }) : "";
    });
    field.addEventListener("keydown", (event) => {
      const found = matching() ?? [];
      if (event.key !== "Enter" || !found.length) return;
      const wanted = field.value.trim().toLowerCase();
      this.graph.focus(found.find((id) => this.session.nodes[id].label.toLowerCase() === wanted) ?? found[0]);
    });
  }

  /** The card follows the event. */
  follow() {
    const event = this.session.current;
    if (event) this.card.choose(this.graph.subject(event));
  }

  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyping = target.matches("input, select, textarea") || target.isContentEditable;
    if (event.key === "Escape") {
      this.play(false);
      target.blur();
      return;
    }
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const { session } = this;
    const act = {
      ArrowRight: () => this.next(), n: () => this.next(),
      ArrowLeft: () => session.goto(session.at - 1), p: () => session.goto(session.at - 1),
      PageDown: () => session.goto(session.at + 10), PageUp: () => session.goto(session.at - 10),
      Home: () => session.goto(0), End: () => session.goto(session.events.length),
      f: () => session.goto(session.start("forward")), b: () => session.goto(session.start("seed")),
      a: () => this.play(), "+": () => this.faster(1), "-": () => this.faster(-1),
      g: () => find("search").focus(), "/": () => find("search").focus(),
      e: () => this.edit(), c: () => this.card.check(), d: () => find("nudge-by")?.focus(), w: () => find("card").focus(),
      u: () => find("do-update")?.click(), z: () => session.undo(), Z: () => session.reset(),
      x: () => { find("quiz-on").checked = !this.quiz.isOn; this.quiz.toggle(); },
      t: () => this.theme(THEMES[(THEMES.indexOf(find("theme").value) + 1) % THEMES.length]),
      "?": () => { find("help").open = !find("help").open; find("help").scrollIntoView({ block: "nearest" }); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** To the field of the leaf that is shown, or of the first. */
  edit() {
    const id = this.session.editable().includes(this.card.id) ? this.card.id : this.session.editable()[0];
    const field = find(`leaf-${id}`) ?? find(`leaf-${id}-0`);
    if (!field) return;
    const details = field.closest("details");
    if (details) details.open = true;
    field.focus();
    field.select();
  }

  // --- how it looks and speaks ---

  theme(name) {
    find("theme").value = name;
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
  }

  speak(language) {
    this.words.choose(language);
    this.translate();
    this.leaves.build();
    this.play(false);
    this.verify();
    this.show();
  }

  /** @param {string | null} mode quiz or lecture */
  heed(mode) {
    if (mode !== "quiz" && mode !== "lecture") return;
    document.documentElement.dataset.mode = mode;
    this.session.goto(0);
    if (mode === "quiz") {
      find("quiz-on").checked = true;
      this.quiz.toggle(true);
    }
  }

  followLink() {
    const { unknown, wrong } = follow(this.session, location.hash);
    const said = [
      ...(unknown.length ? [this.words.say("linkUnknown", { names: unknown.join(", ") })] : []),
      ...(wrong.length ? [this.words.say("linkWrong", { names: wrong.join(", ") })] : []),
    ];
    find("notice").textContent = said.join(" ");
    this.follow();
  }
}

const { recording, languages } = JSON.parse(find("recording").textContent);
if (recording.version === VERSION) {
  const page = new Page(recording, languages);
  const offered = surface(page.session, recording);
  Object.defineProperty(window, "glassgrad", { value: offered });
  listen(page.session, offered);
} else find("notice").textContent = new Words(languages, navigator.language).say("damaged");
