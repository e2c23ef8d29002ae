// The customer's language. Words are looked up by key and set as text; values keep their own direction.
import ar from "./messages-ar.js";
import en from "./messages-en.js";
import fr from "./messages-fr.js";
import { remember } from "./memory.js";
import { bidi, plain } from "./text.js";

const WORDS = { en, fr, ar };
const page = document.documentElement;
let listener = () => {};

/** "en", "fr" or "ar"; language-first.js has chosen it before the first paint. */
export const language = () => page.lang;

/** The words for a key; English where a translation is missing. */
export const word = (key) => WORDS[language()][key] ?? en[key] ?? key;

/** Put a sentence with values into a node: "Thank you, {name}." Each value is text in a <bdi> of its own. */
export function tell(node, key, values = {}) {
  const pieces = word(key).split(/\{(\w+)\}/); // odd places are names of values
  node.replaceChildren(...pieces.map((piece, at) => (at % 2 ? asNode(values[piece]) : piece)));
  node.hidden = false;
}

const asNode = (value) => (value instanceof Node ? value : bidi(value));

/** 329000 as "329 000 DZD". The digits read from left to right in Arabic too. */
export function price(amount) {
  const figures = new Intl.NumberFormat("fr-DZ", { maximumFractionDigits: 2 }).format(amount);
  const node = document.createElement("span");
  node.className = "price";
  node.append(bidi(plain(figures), "ltr"), ` ${word("dinars")}`);
  return node;
}

/** Translate everything that carries a data-t (its text) or a data-t-label (its name for screen readers). */
function translate() {
  document.title = word("title");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = word(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", word(node.dataset.tLabel));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  }
  page.classList.remove("untranslated");
  listener();
}

/** Translate now, and again whenever another language is chosen; `changed` writes what is not in the HTML. */
export function speak(changed) {
  listener = changed;
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      page.lang = button.dataset.language;
      page.dir = word("direction");
      remember("shop.language", page.lang);
      translate();
    });
  }
  translate();
}
