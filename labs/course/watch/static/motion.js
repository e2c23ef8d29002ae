// One clock for everything that moves: nodes, lanes, labels and the view itself share its easing, so a lane
// stays fastened to its nodes on the way. An item is {now, from, to, apply()}: three records with the same
// numbers (x, y, …). `o` is opacity: what leaves fades early, what enters fades in late.
// A new start takes `now` as its beginning: however fast changes follow each other, nothing jumps.

const LASTS_MS = 460;

const eased = (f) => 1 - (1 - f) ** 3;
const within = (f, from, to) => Math.min(1, Math.max(0, (f - from) / (to - from)));

export function createMotion({ still, onFrame = () => {}, onEnd = () => {} }) {
  const items = new Set();
  let frame = 0;
  let began = 0;

  function place(f) {
    for (const item of items) {
      const { now, from, to } = item;
      for (const name of Object.keys(to)) {
        let part = eased(f);
        if (name === "o") part = to.o < from.o ? within(f, 0, 0.5) : eased(within(f, 0.25, 1));
        now[name] = part === 1 ? to[name] : from[name] + (to[name] - from[name]) * part;
      }
      item.apply();
    }
    onFrame();
  }

  function step(time) {
    const f = Math.min(1, Math.max(0, (time - began) / LASTS_MS));
    frame = f < 1 ? requestAnimationFrame(step) : 0;
    place(f);
    if (f === 1) onEnd();
  }

  return {
    items,
    get running() {
      return frame !== 0;
    },
    start(animate) {
      cancelAnimationFrame(frame);
      for (const item of items) {
        item.from = {};
        for (const name of Object.keys(item.to)) item.from[name] = item.now[name] ??= item.to[name];
      }
      if (animate && !still()) {
        began = performance.now();
        frame = requestAnimationFrame(step);
        return;
      }
      frame = 0;
      place(1);
      onEnd();
    },
    stop() {
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
