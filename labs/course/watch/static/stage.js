// The stage: the drawing of a topology that changes under the reader's eyes, and the canvas above it for the
// messages. It draws what it is told (`setGraph`: places, `setCounts`: numbers) and decides nothing about a broker.

import { createEdge } from "./edges.js";
import { createKeys, inReadingOrder } from "./keys.js";
import { createLook } from "./look.js";
import { createMotion } from "./motion.js";
import { createNode } from "./nodes.js";
import { createOpened } from "./opened.js";
import { counted, htmlPart, setPart, svgPart } from "./parts.js";
import { createHeads, definitions } from "./scenery.js";
import { createTip } from "./tip.js";
import { createTools } from "./tools.js";
import { createViewport } from "./viewport.js";

const SAID_MS = 1_000; // labels change at most once a second: a focused one may be read aloud at each change
const SHOWN_MS = 80; // numbers change at most so often: faster ones nobody reads, and each costs a repaint
const nothing = () => {};

export function createStage(host, { onHover = nothing, onSelect = nothing, onExpand = nothing } = {}) {
  const slow = window.matchMedia("(prefers-reduced-motion: reduce)");
  const still = () => slow.matches;
  // Several views may stand on one page, each with a module of its own: ids that no other has.
  const own = Math.random().toString(36).slice(2, 8);
  const [hatch, tipMark, help] = ["hatch", "arrow", "help"].map((name) => `labs-${name}-${own}`);
  const layers = Object.fromEntries(
    ["heads", "lines", "nodes", "chips"].map((name) => [name, svgPart("g", { class: `labs-${name}` })]),
  );
  const world = svgPart("g", {}, ...Object.values(layers));
  const svg = svgPart("svg", { class: "labs-svg" }, definitions(hatch, tipMark), world);
  const overlay = htmlPart("canvas", { class: "labs-overlay", "aria-hidden": "true" });
  const view = htmlPart(
    "div",
    { class: "labs-sight", tabindex: 0, role: "group", "aria-roledescription": "diagram", "aria-describedby": help },
    svg,
    overlay,
  );
  // JupyterLab's own shortcuts (0 0 restarts the kernel!) must not hear the keys that are meant for the view.
  const root = htmlPart("div", { class: "labs-stage", "data-lm-suppress-shortcuts": "true" }, view);
  root.style.setProperty("--labs-hatch", `url(#${hatch})`);
  root.style.setProperty("--labs-arrow", `url(#${tipMark})`);
  host.append(root);

  const items = new Map(); // id → node or edge, those on their way out too
  const listeners = new Set();
  let graph = { nodes: [], edges: [], columns: [] };
  const counts = { queues: {}, holds: {}, lanes: {}, unroutable: {} };
  let saying = 0;
  let showing = 0;
  let shownAt = -SHOWN_MS;

  const changed = () => {
    tip.place();
    for (const listener of listeners) listener();
  };
  const motion = createMotion({ still, onFrame: changed, onEnd: sweep });
  const heads = createHeads(layers.heads, motion.items);
  const viewport = createViewport({ view, world, canvas: overlay, still, onChange: () => changed() });
  const tip = createTip({ host: root, placeOf });
  const opened = createOpened(onExpand);
  const look = createLook({ svg, view, items, viewport, tip, onHover, onSelect, onExpand: expand });
  const keys = createKeys({ view, items, viewport, look });
  const tools = createTools(viewport, help, opened);
  root.append(tools.part);

  function placeOf(item) {
    const { k, dx, dy } = viewport.transform();
    const [x, y] = item.type === "edge" ? item.lane.at(0.5) : [item.now.x, item.now.y];
    const { w, h } = item.type === "edge" ? { w: 0, h: 0 } : item.now;
    return { x: x * k + dx, y: y * k + dy, w: w * k, h: h * k };
  }

  function expand(id) {
    opened.open(items.get(id).data);
    onExpand(id);
  }

  function make(kind, id) {
    const item = kind === "edge" ? createEdge(id, layers) : createNode(id);
    if (kind === "node") layers.nodes.append(item.part);
    for (const part of [item.part, item.chip]) if (part) part.dataset.id = id;
    items.set(id, item);
    motion.items.add(item);
    return item;
  }

  function setGraph(next, { animate = true } = {}) {
    graph = next;
    const wanted = [...next.nodes.map((data) => ["node", data]), ...next.edges.map((data) => ["edge", data])];
    const ids = new Set(wanted.map(([, data]) => data.id));
    for (const item of items.values()) if (!ids.has(item.id) && !item.leaving) item.leave();
    for (const [kind, data] of wanted) (items.get(data.id) ?? make(kind, data.id)).become(data);
    const closed = opened.see(ids);
    for (const { members } of next.nodes) for (const member of members ?? []) ids.add(member);
    for (const known of Object.values(counts)) for (const id of Object.keys(known)) if (!ids.has(id)) delete known[id];
    heads.set(next.columns ?? []);
    say();
    setPart(
      view,
      "aria-label",
      `Topology of ${next.name}: ${counted(next.nodes.length, "part")}, ${counted(next.edges.length, "lane")}`,
    );
    viewport.size(next.width, next.height, animate);
    look.settle(inReadingOrder(items)[0] ?? null); // before the leaving ones go: one of them may have the focus
    if (closed) items.get(closed).part.focus({ preventScroll: true });
    motion.start(animate);
  }

  // Those that have faded out are taken away.
  function sweep() {
    for (const [id, item] of items) {
      item.settle?.();
      if (!item.leaving) continue;
      item.drop();
      items.delete(id);
      motion.items.delete(item);
    }
    heads.sweep();
  }

  function setCounts(next) {
    for (const name of Object.keys(counts)) Object.assign(counts[name], next[name]);
    const wait = shownAt + SHOWN_MS - performance.now();
    if (wait <= 0) showCounts();
    else showing ||= setTimeout(showCounts, wait);
    saying ||= setTimeout(say, SAID_MS);
  }

  function showCounts() {
    clearTimeout(showing);
    showing = 0;
    shownAt = performance.now();
    const { queues, holds, lanes, unroutable } = counts;
    for (const item of items.values()) {
      const { id } = item;
      if (!item.leaving)
        item.show({ queues, queue: queues[id], holds: holds[id], lane: lanes[id], unroutable: unroutable[id] });
    }
    tools.show(graph, queues);
  }

  function say() {
    showCounts();
    clearTimeout(saying);
    saying = 0;
    for (const item of items.values()) if (!item.leaving) setPart(item.part, "aria-label", item.words);
  }

  return {
    root,
    overlay,
    setGraph,
    setCounts,
    lane: (id) => items.get(id)?.lane ?? null,
    box(id) {
      const { x, y, w, h } = items.get(id)?.type === "node" ? items.get(id).now : {};
      return x === undefined ? null : { x, y, w, h };
    },
    flow: (id, perSecond) => items.get(id)?.flow?.(perSecond),
    light: look.light,
    bump: (id) => items.get(id)?.bump(),
    toOverlay: viewport.transform,
    onView(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      clearTimeout(saying);
      clearTimeout(showing);
      motion.stop();
      for (const each of [viewport, look, keys, tools]) each.destroy();
      for (const item of items.values()) item.drop();
      for (const each of [items, listeners, motion.items]) each.clear();
      root.remove();
    },
  };
}
