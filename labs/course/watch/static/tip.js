// What there is no room for on a node: its full name, what its badges mean, all patterns of a lane.
// It says nothing that the label does not say, so it is hidden from screen readers.

import { htmlPart } from "./parts.js";

const GAP = 10; // css pixels to what it is about
const EDGE = 6; // and to the edge of the view

const line = (...children) => htmlPart("div", { class: "labs-tip-line" }, ...children);

function contents({ type, data }) {
  if (type === "edge") {
    const shown = data.patterns.filter(Boolean);
    if (shown.join(", ") === (data.label ?? "")) return [];
    return shown.map((pattern) => line(htmlPart("code", {}, pattern)));
  }
  const badges = data.badges.map(({ mark, text }) => line(htmlPart("b", { class: "labs-tip-mark" }, mark), text));
  const members = (data.members ?? []).slice(0, 12).map((id) => line(id.replace(/^q:/, "")));
  if (data.members?.length > 12) members.push(line(`and ${data.members.length - 12} more`));
  if (!badges.length && !members.length && data.label === data.name) return [];
  const kind = [data.type, data.kind].filter(Boolean).join(" ");
  return [line(htmlPart("strong", {}, data.name || data.label), ` ${kind}`), ...badges, ...members];
}

export function createTip({ host, placeOf }) {
  const part = htmlPart("div", { class: "labs-tip", "aria-hidden": "true", hidden: true });
  host.append(part);
  let shown = null;

  function place() {
    if (!shown) return;
    const { x, y, w, h } = placeOf(shown);
    const [wide, tall] = [part.offsetWidth, part.offsetHeight];
    const most = [host.clientWidth - wide - EDGE, host.clientHeight - tall - EDGE];
    const inside = (value, high) => Math.max(EDGE, Math.min(value, high));
    const [middleX, middleY] = [inside(x + w / 2 - wide / 2, most[0]), inside(y + h / 2 - tall / 2, most[1])];
    const places = [
      [middleX, y + h + GAP],
      [middleX, y - GAP - tall],
      [x + w + GAP, middleY],
      [x - GAP - wide, middleY],
    ];
    const fits = ([left, top]) => left >= EDGE && top >= EDGE && left <= most[0] && top <= most[1];
    const [left, top] = places.find(fits) ?? places[0];
    part.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  return {
    place,
    show(item) {
      if (item === shown) return;
      const lines = item ? contents(item) : [];
      shown = lines.length ? item : null;
      part.hidden = !shown;
      part.replaceChildren(...lines);
      place();
    },
  };
}
