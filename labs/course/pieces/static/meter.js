// A queue's meter: two numbers, sixteen cells, and the last minute as a line.

import { follow, make, say } from "./make.js";

const CELLS = 16;
const MINUTE_MS = 60_000;

// Up to 16 messages each has a cell; above that the cells are a logarithmic scale that is full at a million.
function cellsFor(count) {
  if (count <= CELLS) return count;
  return Math.min(CELLS, Math.max(1, Math.round((Math.log(count) / Math.log(1_000_000)) * CELLS)));
}

// A step line over the last minute; the newest value is at the right edge.
function minuteLine(history, now) {
  const top = Math.max(1, ...history.map(([, count]) => count));
  let path = "";
  for (const [at, count] of [...history, [now, history.at(-1)?.[1] ?? 0]]) {
    const x = Math.max(0, 100 - ((now - at) / MINUTE_MS) * 100).toFixed(2);
    const y = (21 - (count / top) * 18).toFixed(2);
    path += path ? `H${x}V${y}` : `M${x} ${y}`;
  }
  return path;
}

function render({ model, el }) {
  const name = model.get("queue");
  const cells = Array.from({ length: CELLS }, () => make("span"));
  const ready = make("b");
  const unacked = make("b");
  const line = make("path");
  const state = make("span", { role: "status" });
  const meter = make("div", { class: "labs-cells", role: "img" }, ...cells);
  const root = make(
    "section", { class: "labs-piece labs-meter", "aria-label": `Meter of the queue ${name}` },
    make("header", {}, make("strong", {}, name), make("span", { class: "labs-state" }, make("i", { "aria-hidden": "true" }), state)),
    make("div", { class: "labs-numbers" }, make("span", { class: "labs-ready" }, ready, " ready"), make("span", { class: "labs-held" }, unacked, " unacknowledged")),
    meter,
    make("svg", { viewBox: "0 0 100 24", preserveAspectRatio: "none", class: "labs-line", "aria-hidden": "true" }, line),
    make("footer", {}, "messages in the queue during the last minute"),
  );
  el.append(root);
  const history = [];

  const drawLine = () => {
    const now = performance.now();
    while (history.length > 1 && now - history[1][0] > MINUTE_MS) history.shift();
    line.setAttribute("d", minuteLine(history, now));
  };
  const undo = follow(model, ["depth", "following", "status"], () => {
    const depth = model.get("depth");
    const there = "ready" in depth;
    const about = there && !depth.exact ? "≈" : "";
    say(ready, there ? depth.ready : "–");
    say(unacked, there ? `${about}${depth.unacked}` : "–");
    const all = there ? depth.ready + depth.unacked : 0;
    const filled = cellsFor(all);
    const held = there && depth.unacked ? Math.max(1, Math.round((filled * depth.unacked) / all)) : 0;
    cells.forEach((cell, place) => {
      cell.className = place >= filled ? "" : place < held ? "labs-is-held" : "labs-is-ready";
    });
    meter.setAttribute("aria-label", there ? `${depth.ready} ready, ${about ? "about " : ""}${depth.unacked} unacknowledged` : "there is no such queue");
    say(state, there || !model.get("following") ? model.get("status") : "waiting for the queue to be declared");
    root.classList.toggle("labs-is-over", !model.get("following"));
    if (history.at(-1)?.[1] !== all) history.push([performance.now(), all]);
    drawLine();
  });
  const timer = setInterval(() => model.get("following") && drawLine(), 1000);
  model.send({ do: "opened" });
  return () => {
    clearInterval(timer);
    undo();
    model.send({ do: "closed" });
  };
}

export default { render };
