// Making elements for the pieces. Names come from users, so text is only ever set as text, never as HTML.

export function make(tag, attributes = {}, ...children) {
  const svg = tag === "svg" || tag === "path";
  const part = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
  part.append(...children);
  return part;
}

// Most updates change nothing, and a screen reader should not hear them.
export function say(part, text) {
  if (part.textContent !== String(text)) part.textContent = text;
}

export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Calls `draw` now and whenever one of these values changes; returns what undoes it.
export function follow(model, names, draw) {
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => names.forEach((name) => model.off(`change:${name}`, draw));
}
