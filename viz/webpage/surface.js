// What scripts may do with a page: `window.glassgrad` in it, and messages to a page in a frame.
import { inFull } from "./numbers.js";

/** @typedef {import("./session.js").Session} Session */

const KINDS = ["step", "change", "update", "answer"];

/** @param {Session} session @param {any} recording */
export function surface(session, recording) {
  const array = (found) => (found ? (found.shape.length ? { shape: found.shape, data: [...found.data] } : found.data[0]) : null);
  const number = (value, what) => {
    if (typeof value !== "number" || !Number.isFinite(value)) throw new TypeError(`${what} is a finite number, not ${String(value)}`);
    return value;
  };
  return Object.freeze({
    /** What Python recorded. */
    trace: recording,
    /** How many steps there are, and where the page is. */
    get steps() { return session.events.length; },
    get at() { return session.at; },
    /** One step on. */
    step: () => session.goto(session.at + 1),
    /** @param {number} at how many steps have happened then */
    goto: (at) => session.goto(number(at, "a step")),
    /** @param {string | number} leaf @param {number} value @param {number} [element] of an array */
    set: (leaf, value, element = 0) => session.set(session.find(leaf), number(value, "a leaf's data"), element),
    /** A node's numbers: of an array {shape, data}, and null where there is no gradient. @param {string | number} node */
    get: (node) => {
      const id = session.find(node);
      return { data: array(session.run.data[id]), grad: array(session.run.gradients[id]) };
    },
    /** @param {number} [rate] */
    update: (rate = session.rate) => session.update(number(rate, "a learning rate")),
    undo: () => session.undo(),
    reset: () => session.reset(),
    /** @param {string} kind step, change, update or answer @param {(detail: any) => void} f @returns what takes it off again */
    on: (kind, f) => {
      if (!KINDS.includes(kind)) throw new RangeError(`there is no event ${JSON.stringify(kind)}; there are ${KINDS.join(", ")}`);
      const heard = (event) => f(event.detail);
      session.addEventListener(kind, heard);
      return () => session.removeEventListener(kind, heard);
    },
  });
}

const TOLD = ["step", "goto", "set", "get", "update", "undo", "reset"];

/** Answer messages {glassgrad: "goto", arguments: [12], id: 1} with {glassgrad: "answer", id, value} or one with `error`;
 * a page in a frame tells its parent of steps and changes. @param {Session} session @param {any} offered */
export function listen(session, offered) {
  addEventListener("message", ({ data, source }) => {
    if (typeof data !== "object" || data === null || typeof data.glassgrad !== "string" || source === null) return;
    if (data.glassgrad === "answer" || KINDS.includes(data.glassgrad) && source === window) return;
    const reply = { glassgrad: "answer", id: data.id ?? null };
    try {
      if (!TOLD.includes(data.glassgrad)) throw new RangeError(`a page is told ${TOLD.join(", ")}, not ${data.glassgrad}`);
      Object.assign(reply, { value: offered[data.glassgrad](...(data.arguments ?? [])) ?? null });
    } catch (error) {
      Object.assign(reply, { error: String(/** @type {any} */ (error).message) });
    }
    source.postMessage(reply, { targetOrigin: "*" });
  });
  if (window.parent === window) return;
  for (const kind of KINDS) {
    session.addEventListener(kind, (event) => {
      window.parent.postMessage({ glassgrad: `on ${kind}`, detail: /** @type {CustomEvent} */ (event).detail }, "*");
    });
  }
}

// --- links ----------------------------------------------------------------------------------------------

/** Take the step and leaves that a link names: `#step=12&w1=3`. Names what is not there, and what is no number.
 * @param {Session} session @param {string} hash */
export function follow(session, hash) {
  const unknown = [];
  const wrong = [];
  const parts = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
  for (const [name, text] of parts) {
    const number = text.trim() === "" ? NaN : Number(text);
    const [label, element] = name.split(/\[(\d+)\]$/);
    const id = session.nodes.findIndex((node, at) => node.label === label && session.editable().includes(at));
    if (name !== "step" && id < 0) unknown.push(name);
    else if (!Number.isFinite(number) || !(Number(element ?? 0) in (session.run.data[id]?.data ?? [0]))) wrong.push(`${name}=${text}`);
    else if (name === "step") session.goto(number);
    else session.set(id, number, Number(element ?? 0));
  }
  return { unknown, wrong };
}

/** The link to what is shown. @param {Session} session */
export function link(session) {
  const parts = [`step=${session.at}`];
  for (const [id, { data, shape }] of session.leaves) {
    data.forEach((one, element) => {
      if (Object.is(one, session.tape.recorded[id].data[element])) return;
      const label = encodeURIComponent(session.nodes[id].label);
      parts.push(`${label}${shape.length ? `[${element}]` : ""}=${inFull(one)}`);
    });
  }
  return `#${parts.join("&")}`;
}
