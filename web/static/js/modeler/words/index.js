// Words of the modeler in the language of the page. `say` is for our own codes; `translate` is what
// the libraries of the canvas ask. A text neither knows is remembered: a test fails on it.
import { frame } from "./frame.js";
import { library } from "./library.js";
import { panel } from "./panel.js";
import { table } from "./table.js";

const own = { ...frame, ...panel, ...table };
const chinese = document.documentElement.lang.startsWith("zh");

/** Texts that were asked for and are in no dictionary. */
export const missing = new Set();

function fill(text, facts = {}) {
  return text.replace(/{(\w+)}/g, (whole, name) => facts[name] ?? whole);
}

/** Our own text by its code. */
export function say(code, facts) {
  const pair = own[code];
  if (!pair) missing.add(code);
  return fill(pair ? pair[chinese ? 0 : 1] : code, facts);
}

/** A text of a library, by its English. */
export function translate(text, facts) {
  if (!(text in library)) missing.add(text);
  return fill(chinese ? (library[text] ?? text) : text, facts);
}

export const translateModule = { translate: ["value", translate] };
