// How full a queue is, and how much a consumer holds: first as plain numbers, then as cells and pips.
// The rule of the bar: one cell is one message while 16 cells will do. Above that all cells are full, and they
// are marked from the left on a logarithmic scale; a queue with a limit is measured against its limit instead.

import { between, shortCount, svgPart } from "./parts.js";

const CELLS = 16;
const MOST_PIPS = 10;
const DARKEST = 10_000; // messages: the whole bar is marked
const NEAR = 0.8; // of the limit

// {cells, ready, unacked, deep, near, full}: how many cells there are, and how many are of each sort.
export function fillOf(ready, unacked, limit = null) {
  const cells = limit && limit < CELLS ? limit : CELLS;
  const each = limit ? Math.max(1, limit / cells) : 1;
  let solid = Math.ceil(ready / each);
  let held = Math.ceil(unacked / each);
  if (solid + held > cells) {
    // Both stay visible: each sort that there is has a cell at least.
    const share = Math.round((cells * unacked) / (ready + unacked));
    held = unacked ? between(share, 1, ready && cells > 1 ? cells - 1 : cells) : 0;
    solid = cells - held;
  }
  const all = ready + unacked;
  const dark = !limit && all > CELLS ? Math.log(all / CELLS) / Math.log(DARKEST / CELLS) : 0;
  return {
    cells,
    ready: solid,
    unacked: held,
    deep: between(Math.ceil(solid * dark), 0, solid),
    near: Boolean(limit) && ready >= NEAR * limit,
    full: Boolean(limit) && ready >= limit,
  };
}

// {pips, held}: one pip is one message while there is room for as many as the prefetch allows, else a share of it.
export function pipsOf(held, prefetch, most = MOST_PIPS) {
  if (!most) return { pips: 0, held: 0 };
  if (prefetch <= most) return { pips: prefetch, held: Math.min(held, prefetch) };
  const share = Math.round((most * held) / prefetch);
  return { pips: most, held: held ? between(share, 1, held < prefetch ? most - 1 : most) : 0 };
}

export function fillBar({ x, y, width, height, limit }) {
  const { cells } = fillOf(0, 0, limit);
  const gap = height > 4 ? 2.5 : 1.5;
  const wide = (width - gap * (cells - 1)) / cells;
  const rects = Array.from({ length: cells }, (_, i) =>
    svgPart("rect", {
      class: "labs-cell",
      x: x + i * (wide + gap),
      y,
      width: wide,
      height,
      rx: Math.min(2, height / 3),
    }),
  );
  const part = svgPart("g", { class: "labs-fill" }, ...rects);
  if (limit) part.append(svgPart("path", { class: "labs-stop", d: `M${x + width + 3} ${y - 2}v${height + 4}` }));
  return {
    part,
    show(ready, unacked) {
      const fill = fillOf(ready, unacked, limit);
      part.classList.toggle("is-near", fill.near);
      rects.forEach((rect, i) => {
        rect.classList.toggle("is-ready", i < fill.ready);
        rect.classList.toggle("is-deep", i < fill.deep);
        rect.classList.toggle("is-unacked", i >= fill.ready && i < fill.ready + fill.unacked);
      });
      return fill;
    },
  };
}

// Pips and the same in figures (`2/5`, `≈2/5` where the broker only tells it for the whole queue).
export function pipRow({ x, y, prefetch, room, size = 5.5 }) {
  const step = size + 2;
  const fit = Math.floor((room - 6.5 * (2 * shortCount(prefetch).length + 3)) / step);
  const most = fit < 3 ? 0 : Math.min(fit, MOST_PIPS); // long figures leave no room: then they stand alone
  const { pips } = pipsOf(0, prefetch, most);
  const rects = Array.from({ length: pips }, (_, i) =>
    svgPart("rect", { class: "labs-pip", x: x + i * step, y, width: size, height: size, rx: size / 2 }),
  );
  const figures = svgPart("text", { class: "labs-small", x: x + (pips ? pips * step + 4 : 0), y: y + size + 0.5 });
  return {
    part: svgPart("g", { class: "labs-pips" }, ...rects, figures),
    show(held, exact) {
      const on = pipsOf(held, prefetch, most).held;
      rects.forEach((rect, i) => rect.classList.toggle("is-held", i < on));
      figures.textContent = `${exact || !held ? "" : "≈ "}${shortCount(held)}/${shortCount(prefetch)}`;
    },
  };
}
