// The keyboard: on the drawing itself the arrows pan, + and − zoom, 0 fits. On a part the arrows walk: right and
// left along the lanes (node → lane → node), up and down among neighbours; shift and an arrow pan there too.

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PAN = 60; // css pixels for a key press

const heightOf = (item) => (item.type === "node" ? item.data.y + item.data.h / 2 : item.lane.at(0.5)[1]);
const byHeight = (a, b) => heightOf(a) - heightOf(b);
const present = (items, type) => [...items.values()].filter((item) => item.type === type && !item.leaving);

// Nodes as one reads: column by column from the left, each from the top.
export const inReadingOrder = (items) => present(items, "node").sort((a, b) => a.data.x - b.data.x || byHeight(a, b));

export function nextPart(items, item, key) {
  const lanes = present(items, "edge");
  if (key === "Home" || key === "End") return inReadingOrder(items).at(key === "Home" ? 0 : -1);
  if (item.type === "edge") {
    if (key === "ArrowRight") return items.get(item.data.target);
    if (key === "ArrowLeft") return items.get(item.data.source);
    const sisters = lanes.filter((lane) => lane.data.source === item.data.source).sort(byHeight);
    return sisters[sisters.indexOf(item) + (key === "ArrowDown" ? 1 : -1)];
  }
  if (key === "ArrowRight") return lanes.filter((lane) => lane.data.source === item.id).sort(byHeight)[0];
  if (key === "ArrowLeft") return lanes.filter((lane) => lane.data.target === item.id).sort(byHeight)[0];
  const order = inReadingOrder(items);
  return order[order.indexOf(item) + (key === "ArrowDown" ? 1 : -1)];
}

export function createKeys({ view, items, viewport, look }) {
  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const item = look.focused();
    const { key } = event;
    if (key === "+" || key === "=") viewport.zoomIn();
    else if (key === "-" || key === "_" || key === "−") viewport.zoomOut();
    else if (key === "0") viewport.fit();
    else if (ARROWS[key] && (!item || event.shiftKey)) viewport.pan(...ARROWS[key].map((way) => way * PAN));
    else if (item && (ARROWS[key] || key === "Home" || key === "End")) nextPart(items, item, key)?.part.focus();
    else if (item && (key === "Enter" || key === " ")) look.choose(item);
    else if (item && key === "Escape") view.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  view.addEventListener("keydown", onKey);
  return { destroy: () => view.removeEventListener("keydown", onKey) };
}
