// What the playground says about a key and a pattern, on paper: labs/course/playground/reading.py a second time.

import { alignWords, wordsOf } from "./matching.js";

// Bytes, not letters: é is two of them in UTF-8.
export const MOST_BYTES = 255;

export function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

// Why AMQP cannot carry this text as a routing key; empty when it can.
function faultIn(what, text) {
  if (/\p{Surrogate}/u.test(text)) return `The ${what} holds half a character, which has no UTF-8 form.`;
  const size = bytesOf(text);
  return size > MOST_BYTES ? `The ${what} has ${size} bytes of UTF-8; AMQP carries ${MOST_BYTES}.` : "";
}

// {fault, found, fits, sentence, notes}. What has a fault is not read: it stands there whole, with a ✗.
export function readPair(key, pattern) {
  const wrongKey = faultIn("key", key);
  const fault = wrongKey || faultIn("pattern", pattern);
  if (fault) {
    const step = wrongKey
      ? { word: null, outcome: "left", start: 0, end: 1 }
      : { word: pattern, outcome: "stopped", start: 0, end: 0 };
    const found = { given: wrongKey ? [key] : [], steps: [step] };
    return { fault, found, fits: false, sentence: `✗ it cannot be sent: ${fault}`, notes: [] };
  }
  const found = alignWords(pattern, key);
  const sentence = `${found.fits ? "✓ it fits" : "✗ it does not fit"}: ${found.why}`;
  return { fault, found, fits: found.fits, sentence, notes: notesOn(wordsOf(pattern), found) };
}

// What is easily misread in this very pair, one sentence each.
function notesOn(asked, { given, steps, fits }) {
  const stop = steps.find((step) => step.outcome === "stopped" && step.end > step.start);
  const half = asked.find((word) => [...word].length > 1 && /[*#]/.test(word));
  const told = [
    ["A capital is another letter: keys are compared letter by letter.",
      stop && given[stop.start].toLowerCase() === stop.word.toLowerCase()],
    [`${half} is a plain word: a wildcard stands alone between dots.`, half !== undefined],
    ["In a key, * and # are plain letters.", given.some((word) => /[*#]/.test(word))],
    ["A key of no letters has no words.", !given.length],
    ["Nothing before, between or after dots is a word too: an empty one.", [...given, ...asked].includes("")],
    ["# takes any number of words, none included.",
      fits && steps.some((step) => step.outcome === "many" && step.start === step.end)],
  ];
  return told.filter(([, applies]) => applies).map(([note]) => note);
}

// A word as it can be seen: an empty one has a name, what cannot be printed has a picture.
export function visibleWord(word) {
  const letter = (found) => (found < " " ? String.fromCodePoint(0x2400 + found.codePointAt(0)) : "\ufffd");
  return word.replace(/[\u0000-\u001f]|\p{Surrogate}/gu, letter) || "(empty)";
}

// What stands between the words of the key and the word of the pattern.
export function markOf({ outcome, start, end }) {
  if (outcome === "many") return { 0: "no word", 1: "1 word" }[end - start] ?? `${end - start} words`;
  return { equal: "=", one: "any word", unasked: "·" }[outcome] ?? "✗";
}
