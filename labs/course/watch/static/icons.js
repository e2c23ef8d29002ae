// A small drawing for each kind of exchange and for the people at both ends; 16 by 16, strokes only.
// They show what the type does with a key: one exact way, ways by a pattern, every way, ways by a list of headers.

import { svgPart } from "./parts.js";

const STROKES = {
  direct: ["M2 8h8", "M7.5 4.5 11 8l-3.5 3.5", "M14 3.5v9"],
  topic: ["M8 3v10", "M3.7 5.5l8.6 5", "M12.3 5.5l-8.6 5"],
  fanout: ["M2 8h11.5", "M11 5.5 13.5 8 11 10.5", "M5 8c3 0 3-5 8-5", "M5 8c3 0 3 5 8 5"],
  headers: ["M2.5 4h2", "M7.5 4h6", "M2.5 8h2", "M7.5 8h6", "M2.5 12h2", "M7.5 12h6"],
  other: ["M8 2.5 13.5 8 8 13.5 2.5 8z"],
  producer: ["M2.5 8h10", "M9 4.5 12.5 8 9 11.5"],
  consumer: ["M1.5 8h8.5", "M6.5 4.5 10 8l-3.5 3.5", "M13.5 3.5v9"],
  plus: ["M8 4v8", "M4 8h8"],
};

export function iconOf(name, x, y, size = 16) {
  const known = Object.hasOwn(STROKES, name) ? name : "other"; // a plugin's type may have any name
  const scale = size / 16;
  return svgPart(
    "g",
    { class: "labs-icon", transform: `translate(${x} ${y}) scale(${scale})`, "data-icon": known },
    ...STROKES[known].map((d) => svgPart("path", { d })),
  );
}
