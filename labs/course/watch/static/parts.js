// Making elements. Names come from users, so text is only ever set as text: nothing here takes HTML.

const SVG_SPACE = "http://www.w3.org/2000/svg";

function dressed(part, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) part.setAttribute(name, value === true ? "" : value);
  }
  part.append(...children);
  return part;
}

export const svgPart = (tag, attributes = {}, ...children) =>
  dressed(document.createElementNS(SVG_SPACE, tag), attributes, children);

export const htmlPart = (tag, attributes = {}, ...children) =>
  dressed(document.createElement(tag), attributes, children);

// Sets an attribute only when it changes: most frames and most counts change nothing.
export function setPart(part, name, value) {
  const text = String(value);
  if (part.getAttribute(name) !== text) part.setAttribute(name, text);
}

export function setText(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

// A width in graph units, or a guess while nothing is laid out (a hidden tab measures everything as 0).
export function textWidth(part, guess = 6.8) {
  const measured = part.isConnected ? part.getComputedTextLength() : 0;
  return measured || part.textContent.length * guess;
}

// The drawing has shortened names for the widest of fonts: in the reader's own the whole name may fit, or (rarely)
// not even the short one.
export function fitText(part, { name, label: text }, room) {
  for (const each of text.includes("…") ? [name, text] : [text]) {
    setText(part, each);
    if (textWidth(part) <= room) return;
  }
  const letters = Array.from(text);
  let low = 1;
  let high = letters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    part.textContent = `${letters.slice(0, middle).join("")}…`;
    if (textWidth(part) <= room) low = middle;
    else high = middle - 1;
  }
  part.textContent = `${letters.slice(0, low).join("")}…`;
}

// 999, 12.3k, 4.1M: four characters at most, so that a growing number moves nothing else.
export function shortCount(count) {
  if (count < 10_000) return String(count);
  const [unit, letter] = count < 1_000_000 ? [1_000, "k"] : [1_000_000, "M"];
  const value = count / unit;
  return `${value < 100 ? Math.floor(value * 10) / 10 : Math.floor(value)}${letter}`;
}

export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export const between = (value, low, high) => Math.min(Math.max(low, high), Math.max(Math.min(low, high), value));
