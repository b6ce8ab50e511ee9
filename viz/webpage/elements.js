// HTML by a few words: no text is ever read as markup.

/** @param {string} name @param {Record<string, any>} [attributes] attributes, and properties that are functions
 * @param {(Node | string | null)[]} children @returns {HTMLElement} */
export function html(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== false && value !== undefined) made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of the page with this id. @param {string} id @returns {any} */
export const find = (id) => document.getElementById(id);
