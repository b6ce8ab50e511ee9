// The picture of the graph: drawn once for a layout; stepping changes classes and text, and nothing jumps.
import { formatArray, formatNumber } from "./numbers.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./words.js").Words} Words */

const SVG = "http://www.w3.org/2000/svg";
const LINE = 18;
const MARGIN = 8;
const BETWEEN = 8;
const MOST_CELLS = 1024;
const READABLE = 0.7; // of the size that it is laid out in
const LEAST = 9 / 13; // text of 9 pixels
const LARGEST = 1.25;
const FLIGHT = 450; // milliseconds that a contribution travels

/** @param {string} name @param {Record<string, unknown>} [attributes] @param {(Node | string)[]} children */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

export class Graph {
  /** @param {HTMLElement} place @param {Session} session @param {Words} words @param {Record<string, any>} layouts
   * @param {(id: number) => void} select @param {(id: number) => void} open */
  constructor(place, session, words, layouts, select, open) {
    this.place = place;
    this.session = session;
    this.words = words;
    this.layouts = layouts;
    this.select = select;
    this.open = open;
    this.direction = "";
    this.zoom = 1;
    this.layout = layouts.down;
    this.root = svg("svg");
    this.token = svg("text");
    /** @type {Map<string, any>} */
    this.edges = new Map();
    /** @type {Record<string, SVGElement>[]} */
    this.parts = [];
    this.draw();
  }

  /** To the right where that can be read, else down, unless the other way it is larger. */
  wanted() {
    const { right, down } = this.layouts;
    const scale = ({ width }) => this.place.clientWidth / width;
    return scale(right) >= READABLE || scale(right) > scale(down) ? "right" : "down";
  }

  draw() {
    const direction = this.wanted();
    if (direction !== this.direction) {
      this.direction = direction;
      this.layout = this.layouts[direction];
      this.build();
    }
    this.fit(LEAST);
    this.show();
  }

  build() {
    const { session, layout } = this;
    this.edges.clear();
    this.parts = session.nodes.map(() => ({}));
    const frames = layout.frames.map(([x, y, width, height, label]) =>
      svg("g", { class: "frame" },
        svg("rect", { x, y, width, height, rx: 8 }),
        svg("text", { x: x + 8, y: y + 15 }, label)),
    );
    const edges = svg("g", { class: "edges" });
    session.nodes.forEach((node, id) =>
      (node.operands ?? []).forEach((operand, slot) => {
        const path = svg("path", { d: layout.edges[`${id}_${slot}`], class: "edge", "marker-end": "url(#arrow)" });
        this.edges.set(`${id}_${slot}`, path);
        edges.append(path);
      }),
    );
    const nodes = session.nodes.map((node, id) => this.node(node, id));
    this.token = svg("text", { class: "token", "text-anchor": "middle" });
    const marker = (id) =>
      svg("marker", { id, viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 10, markerHeight: 10, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" },
        svg("path", { d: "M0,0.5 L8,4 L0,7.5 z" }));
    const { width, height } = layout;
    this.root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "graphics-document group", class: "graph" },
      svg("defs", {}, marker("arrow"), marker("arrow-live")),
      ...frames, edges, ...nodes, this.token);
    this.place.replaceChildren(this.root);
  }

  node(node, id) {
    const [width, height] = node.size;
    const [x, y] = this.layout.nodes[id];
    const [left, top] = [x - width / 2, y - height / 2];
    const group = svg("g", { class: `node ${node.role}`, tabindex: id === this.session.output ? 0 : -1, role: "graphics-symbol img", "data-id": id });
    const text = (row, kind) => svg("text", { x, y: top + MARGIN / 2 + row * LINE - 5, "text-anchor": "middle", class: kind });
    const radius = node.role === "input" || node.role === "constant" ? 14 : 3;
    group.append(svg("rect", { x: left, y: top, width, height, rx: radius, class: "box" }));
    if (node.role === "output") {
      group.append(svg("rect", { x: left + 3, y: top + 3, width: width - 6, height: height - 6, rx: 2, class: "inner" }));
    }
    const title = text(1, "title");
    title.textContent = node.title;
    group.append(title);
    /** @type {Record<string, SVGElement>} */
    const parts = (this.parts[id] = { group, data: text(2, "data"), gradient: text(3, "gradient") });
    group.append(parts.data);
    if (!node.map) group.append(parts.gradient);
    else if (Array.isArray(node.data) && node.data.length <= MOST_CELLS) {
      const [across] = node.map;
      /** @returns {[number, number]} */
      const at = (/** @type {number} */ column) => [x + (column ? BETWEEN / 2 : -BETWEEN / 2 - across), top + MARGIN / 2 + 2 * LINE + 1];
      Object.assign(parts, { dataMap: this.map(node, at(0)), gradientMap: this.map(node, at(1)) });
      group.append(parts.dataMap, parts.gradientMap);
    }
    group.addEventListener("click", () => this.select(id));
    group.addEventListener("focus", () => this.select(id));
    group.addEventListener("keydown", (event) => this.key(/** @type {KeyboardEvent} */ (event), id));
    return group;
  }

  /** The cells of a heat map, and a frame around them. */
  map(node, [left, top]) {
    const [width, height] = node.map;
    const columns = node.shape.at(-1);
    const rows = node.data.length / columns;
    const cells = node.data.map((_, at) =>
      svg("rect", {
        x: left + ((at % columns) * width) / columns,
        y: top + (Math.floor(at / columns) * height) / rows,
        width: width / columns,
        height: height / rows,
      }),
    );
    return svg("g", { class: "map" }, ...cells, svg("rect", { x: left, y: top, width, height, class: "around" }));
  }

  // --- what changes ---

  /** Show what is there after the session's present event. */
  show() {
    const { session, words } = this;
    const event = session.current;
    const live = this.liveEdges(event);
    session.nodes.forEach((node, id) => {
      const { group, data, gradient, dataMap, gradientMap } = this.parts[id];
      const known = session.dataAt(id);
      const slope = session.gradientAt(id);
      const written = known ? formatArray(known) : "?";
      const needsGradient = session.run.gradients[id] !== undefined;
      const slopeWritten = slope ? formatArray(slope) : needsGradient ? "?" : "—";
      data.textContent = node.map ? (known ? node.shape.join(" × ") : "?") : written;
      gradient.textContent = `∇ ${slopeWritten}`;
      if (dataMap) {
        paint(dataMap, known);
        paint(gradientMap, slope);
      }
      group.classList.toggle("unknown", !known);
      group.classList.toggle("now", event !== undefined && this.subject(event) === id);
      const role = words.say(`role.${node.role}`);
      group.setAttribute("aria-label", words.say("nodeWords", { label: node.title, role, data: written, gradient: slopeWritten }));
    });
    for (const [key, path] of this.edges) {
      const kind = live.get(key);
      path.setAttribute("class", kind ? `edge live ${kind}` : "edge");
      path.setAttribute(kind === "backward" ? "marker-start" : "marker-end", `url(#arrow${kind ? "-live" : ""})`);
      path.removeAttribute(kind === "backward" ? "marker-end" : "marker-start");
      if (kind) path.parentNode.append(path); // above the others
    }
    this.fly(event);
    if (!event) return;
    this.reveal(event.node); // the other end of the live edge, where there is room for both
    this.reveal(this.subject(event));
  }

  /** Scroll the picture, not the page, to where a node is in it. @param {number} id */
  reveal(id) {
    const [x, y] = this.layout.nodes[id].map((one) => one * this.zoom);
    const [width, height] = this.session.nodes[id].size.map((one) => (one / 2) * this.zoom + 40);
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = this.place;
    const near = (at, half, start, shown) => (at - half < start ? at - half : at + half > start + shown ? at + half - shown : start);
    this.place.scrollLeft = near(x, width, scrollLeft, clientWidth);
    this.place.scrollTop = near(y, height, scrollTop, clientHeight);
  }

  subject(event) {
    return event.kind === "backward" ? this.session.run.passed[event.passed].operand : event.node;
  }

  liveEdges(event) {
    const found = new Map();
    if (event?.kind === "forward") {
      (this.session.nodes[event.node].operands ?? []).forEach((_, slot) => found.set(`${event.node}_${slot}`, "forward"));
    }
    if (event?.kind === "backward") found.set(`${event.node}_${this.session.run.passed[event.passed].slot}`, "backward");
    return found;
  }

  /** A contribution travels along its edge, and rests in the middle. */
  fly(event) {
    cancelAnimationFrame(this.flight ?? 0);
    this.token.textContent = "";
    if (event?.kind !== "backward") return;
    const { slot, contribution } = this.session.run.passed[event.passed];
    const path = this.edges.get(`${event.node}_${slot}`);
    const length = path.getTotalLength();
    this.token.textContent = contribution.shape.length ? formatNumber(Math.hypot(...contribution.data)) : formatArray(contribution);
    if (contribution.shape.length) this.token.textContent = `‖${this.token.textContent}‖`;
    const place = (part) => {
      const { x, y } = path.getPointAtLength(length * (1 - part));
      this.token.setAttribute("x", x);
      this.token.setAttribute("y", y + (this.direction === "right" ? -5 : 4)); // an arrow to the side stays in sight
    };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return place(0.5);
    const started = performance.now();
    const move = (now) => {
      const part = Math.min(1, Math.max(0, (now - started) / FLIGHT));
      place(0.5 * part);
      if (part < 1) this.flight = requestAnimationFrame(move);
    };
    place(0);
    this.flight = requestAnimationFrame(move);
  }

  /** Which node the card is about. @param {number} id @param {Set<number>} onPaths */
  mark(id, onPaths) {
    this.parts.forEach(({ group }, other) => {
      group.classList.toggle("selected", other === id);
      group.classList.toggle("on-path", onPaths.has(other));
      group.setAttribute("tabindex", other === id ? "0" : "-1");
    });
  }

  /** The nodes that a search found; null where nothing is searched. @param {Set<number> | null} found */
  point(found) {
    this.parts.forEach(({ group }, id) => group.classList.toggle("found", found?.has(id) ?? false));
  }

  // --- size, and keys ---

  /** As large as its place, but no smaller than can be read; then it scrolls there. @param {number} [least] */
  fit(least = 0) {
    const whole = Math.max(100, this.place.clientWidth - 2) / this.layout.width;
    this.zoom = Math.max(least, Math.min(LARGEST, whole));
    this.resize();
  }

  scale(factor) {
    this.zoom = Math.max(0.1, Math.min(4, this.zoom * factor));
    this.resize();
  }

  resize() {
    this.root.setAttribute("width", String(Math.floor(this.layout.width * this.zoom)));
    this.root.setAttribute("height", String(Math.floor(this.layout.height * this.zoom)));
  }

  focus(id) {
    this.parts[id].group.focus();
    this.parts[id].group.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Along the edges: to operands against the direction of the graph, to users with it; beside it the other ones.
   * @param {KeyboardEvent} event @param {number} id */
  key(event, id) {
    const { nodes, users } = this.session;
    const [forwards, backwards, next, before] =
      this.direction === "right" ? ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"] : ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"];
    const operands = nodes[id].operands ?? [];
    const beside = [...new Set(users[id].flatMap((user) => nodes[user].operands))];
    const to = {
      [forwards]: users[id][0],
      [backwards]: operands[0],
      [next]: beside[beside.indexOf(id) + 1],
      [before]: beside[beside.indexOf(id) - 1],
    };
    if (event.key === "Enter") this.open(id);
    else if (event.key in to) {
      if (to[event.key] !== undefined) this.focus(to[event.key]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Colour the cells of a heat map: none at 0, and nothing where there is no array. */
function paint(map, array) {
  const numbers = array?.data ?? [];
  const most = Math.max(0, ...numbers.map(Math.abs).filter(Number.isFinite));
  map.querySelectorAll("rect:not(.around)").forEach((cell, at) => {
    const number = numbers[at];
    cell.setAttribute("class", number === undefined ? "" : Number.isNaN(number) ? "nan" : number < 0 ? "below" : "above");
    cell.setAttribute("fill-opacity", number === undefined ? 0 : Number.isFinite(number) ? (most ? Math.abs(number) / most : 0) : 1);
  });
}
