// Small parts that the panels share. Keys, headers and bodies come from customers: they are set as text, never
// as HTML (htmlPart and setText know no other way).

import { htmlPart } from "./parts.js";

// A key's face beside text: the same colour and letter as its dots.
export function facePart(face) {
  const part = htmlPart("span", { class: "labs-face-chip", "aria-hidden": "true" }, face ? face.letter || "×" : "–");
  if (face) part.style.setProperty("--labs-key-colour", face.colour);
  return part;
}

export const SIGNS = {
  published: "→", routed: "⇉", delivered: "✓", redelivered: "↻", "dead-lettered": "◆", unroutable: "✕", gone: "◌",
};

const INFERRED = "The broker's trace does not show it: concluded from exact depths, or from x-death";

// The word for what happened, with its sign and its colour.
export function wordPart(word, inferred = false) {
  const part = htmlPart("span", { class: `labs-word is-${word}` }, `${SIGNS[word] ?? "·"} ${word}`);
  if (inferred) part.append(" ", htmlPart("span", { class: "labs-inferred", title: INFERRED }, "inferred"));
  return part;
}

// A button with words, and perhaps a small drawing before them.
export function buttonPart({ words, title, act, icon = null, name = "" }) {
  const button = htmlPart("button", { type: "button", class: `labs-button ${name}`, title }, ...(icon ? [icon] : []));
  const text = htmlPart("span", { class: "labs-button-words" }, words);
  button.append(text);
  button.addEventListener("click", act);
  return { button, text };
}

export const milliseconds = (ms) => {
  const value = ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms);
  return `${value.toLocaleString("en").replaceAll(",", " ")} ms`;
};

export const perSecond = (n) => (n >= 10 || n === 0 ? String(Math.round(n)) : (Math.round(n * 10) / 10).toString());
