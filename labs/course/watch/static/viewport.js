// Where the reader looks: graph units become css pixels by x·k + dx, y·k + dy, for the drawing and for the
// canvas above it alike. While the whole is shown it stays fitted through every change of size; who has zoomed
// keeps the place. The plain wheel belongs to the page: only with ctrl does it zoom.

import { createMotion } from "./motion.js";
import { between } from "./parts.js";

const MOST_FITTED = 1.3; // a small drawing is not blown up beyond this
const LEAST_FITTED = 0.62; // nor a large one shrunk below what one can read: then one pans
const TALLEST = 1600; // css pixels
const LEAST = 0.2;
const MOST = 4;
const STEP = 1.25;
const SLACK = 72; // this much of the drawing stays in sight
const DRAG = 4; // pixels: less is a click

export function createViewport({ view, world, canvas, still, onChange }) {
  let graph = { width: 640, height: 160 };
  let fitted = true;
  let drag = null;
  let dragged = false;
  let width = 0; // the view's, when it was last looked at
  let empty = true;
  const eye = { now: { k: 1, dx: 0, dy: 0, tall: 160 }, from: {}, to: { k: 1, dx: 0, dy: 0, tall: 160 }, apply };
  const motion = createMotion({ still });
  motion.items.add(eye);

  const wide = () => view.clientWidth || graph.width;

  function apply() {
    const { k, dx, dy, tall } = eye.now;
    world.setAttribute("transform", `matrix(${k} 0 0 ${k} ${dx} ${dy})`);
    const height = `${Math.round(tall)}px`;
    if (view.style.height !== height) view.style.height = height;
    cover();
    onChange();
  }

  // The canvas has one dot per dot of the screen, and covers the drawing exactly.
  function cover() {
    const ratio = window.devicePixelRatio || 1;
    const [across, down] = [Math.round(view.clientWidth * ratio), Math.round(view.clientHeight * ratio)];
    if (canvas.width !== across) canvas.width = across;
    if (canvas.height !== down) canvas.height = down;
  }

  function whole() {
    const byWidth = Math.min(MOST_FITTED, wide() / graph.width);
    const k = Math.min(byWidth, Math.max(TALLEST / graph.height, LEAST_FITTED));
    const tall = Math.min(TALLEST, Math.round(graph.height * k));
    return { k, dx: (wide() - graph.width * k) / 2, dy: Math.max(0, (tall - graph.height * k) / 2), tall };
  }

  function go(to, animate) {
    Object.assign(eye.to, to);
    eye.to.dx = between(eye.to.dx, SLACK - graph.width * eye.to.k, wide() - SLACK);
    eye.to.dy = between(eye.to.dy, SLACK - graph.height * eye.to.k, eye.to.tall - SLACK);
    motion.start(animate);
  }

  function fit(animate = true) {
    fitted = true;
    go(whole(), animate);
  }

  function zoom(factor, [x, y] = [wide() / 2, eye.now.tall / 2], animate = true) {
    const { k, dx, dy } = animate ? eye.to : eye.now;
    const next = between(k * factor, LEAST, MOST);
    fitted = false;
    go({ k: next, dx: x - ((x - dx) * next) / k, dy: y - ((y - dy) * next) / k }, animate);
  }

  function pan(byX, byY, animate = true) {
    const { dx, dy } = animate ? eye.to : eye.now;
    fitted = false;
    go({ k: animate ? eye.to.k : eye.now.k, dx: dx + byX, dy: dy + byY }, animate);
  }

  function onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const at = view.getBoundingClientRect();
    const turned = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    zoom(Math.exp(-between(turned, -120, 120) * 0.004), [event.clientX - at.left, event.clientY - at.top], false);
  }

  function onDown(event) {
    dragged = false;
    if (event.button === 0 && event.pointerType !== "touch")
      drag = { id: event.pointerId, x: event.clientX, y: event.clientY };
  }

  function onMove(event) {
    if (!drag || event.pointerId !== drag.id) return;
    const [byX, byY] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!dragged && Math.hypot(byX, byY) < DRAG) return;
    if (!dragged) view.setPointerCapture(event.pointerId);
    dragged = true;
    view.classList.add("is-dragged");
    Object.assign(drag, { x: event.clientX, y: event.clientY });
    pan(byX, byY, false);
  }

  function onUp() {
    drag = null;
    view.classList.remove("is-dragged");
  }

  const heard = {
    wheel: onWheel,
    pointerdown: onDown,
    pointermove: onMove,
    pointerup: onUp,
    pointercancel: onUp,
    dblclick: () => fit(),
  };
  for (const [name, hear] of Object.entries(heard)) view.addEventListener(name, hear, { passive: false });
  const watcher = new ResizeObserver(() => {
    const narrower = wide() !== width; // our own change of the height is no reason to begin again
    width = wide();
    if (fitted && narrower) fit(motion.running);
    else apply();
  });
  watcher.observe(view);

  return {
    fit,
    zoom,
    pan,
    zoomIn: () => zoom(STEP),
    zoomOut: () => zoom(1 / STEP),
    // True once after a drag: the click that ends it is not meant for the node below.
    wasDrag: () => dragged,
    transform: () => ({ k: eye.now.k, dx: eye.now.dx, dy: eye.now.dy }),
    // The drawing's size; the first one is there at once.
    size(across, down, animate) {
      graph = { width: Math.max(1, across), height: Math.max(1, down) };
      if (fitted) fit(animate && !empty);
      else go({}, animate);
      empty = false;
    },
    // Brings a node that has the focus into sight, by the shortest way.
    reveal({ x, y, w, h }) {
      const { k, dx, dy, tall } = eye.to;
      const [left, top] = [x * k + dx, y * k + dy];
      const byX = between(left, 12, wide() - w * k - 12) - left;
      const byY = between(top, 12, tall - h * k - 12) - top;
      if (byX || byY) pan(byX, byY);
    },
    destroy() {
      motion.stop();
      watcher.disconnect();
      for (const [name, hear] of Object.entries(heard)) view.removeEventListener(name, hear);
    },
  };
}
