// Draws the flights on the canvas above the stage, and finds the one under the pointer. A frame allocates nothing
// per dot, touches the canvas only if there is or was something on it, and asks for no other frame by itself.
// While nobody may see motion (or light speed is on) a lane shows one resting mark with its number instead.

import { MANY_FACE } from "./faces.js";

const WORDED = 5; // up to so many unusual dots carry their word; more would hide each other
const REACH = 15; // css pixels around a dot that still mean it
const FALL = { lost: 54, gone: 28 }; // css pixels
const CROWDED = 150; // dots
const FLASH_MS = 260;
const APART = 100; // css pixels between two words of the same kind
const WORD = { again: "redelivered", dead: "dead-lettered", lost: "unroutable", gone: "gone" };
const RANK = { message: 0, again: 1, dead: 2, lost: 3, gone: 3 };

const easing = (f) => (f < 0.5 ? 2 * f * f : 1 - 2 * (1 - f) * (1 - f));

export function createDots({ stage, flights, marks, faceOf, followed }) {
  const pen = stage.overlay.getContext("2d");
  let [ratio, k, dx, dy] = [1, 1, 0, 0];
  let dirty = false;
  let crowded = false;
  const flashes = new Map(); // node → when something has landed there
  let pointed = null;
  let frame = 0;
  const wordAt = Object.fromEntries(Object.keys(WORD).map((shape) => [shape, { frame: 0, x: 0, y: 0 }]));
  let seen = 0;
  let most = 0;

  function look() {
    ({ k, dx, dy } = stage.toOverlay());
    ratio = window.devicePixelRatio || 1;
    marks.refresh(ratio * Math.min(1.35, Math.max(0.75, Math.round(k * 10) / 10)));
  }

  // Copied one to one, and in a crowd onto whole dots of the screen: that is what a browser does fastest.
  function put(mark, x, y, alpha = 1) {
    const { width, height } = mark;
    if (pen.globalAlpha !== alpha) pen.globalAlpha = alpha;
    const [left, top] = [x * ratio - width / 2, y * ratio - height / 2];
    if (crowded) pen.drawImage(mark.canvas, left | 0, top | 0);
    else pen.drawImage(mark.canvas, left, top);
  }

  // Where the flight is now, in css pixels of the canvas; false while it is nowhere.
  function locate(flight) {
    if (!flight.begun) return false;
    const { track, fall, start, end } = flight;
    const f = end > start ? Math.min(1, (flights.clock - start) / (end - start)) : 0.5;
    if (track) {
      const way = (flights.travel === "slow" ? easing(f) : 0.5) * track.pieces;
      const i = Math.min(track.pieces - 1, way | 0);
      const part = way - i;
      const p = track.points;
      flight.x = (p[2 * i] + (p[2 * i + 2] - p[2 * i]) * part) * k + dx;
      flight.y = (p[2 * i + 1] + (p[2 * i + 3] - p[2 * i + 1]) * part) * k + dy;
      return true;
    }
    const box = fall && stage.box(fall);
    if (!box) return false;
    flight.x = (box.x + box.w / 2) * k + dx;
    flight.y = (box.y + box.h) * k + dy + FALL[flight.shape] * (flights.travel === "slow" ? f * f : 0.5);
    return true;
  }

  const fading = (flight) => {
    if (!flight.fall || flights.travel !== "slow") return 1;
    const f = (flights.clock - flight.start) / (flight.end - flight.start);
    return f > 0.6 ? Math.max(0, (1 - f) / 0.4) : 1;
  };

  function drawOne(flight, n, worded, face = faceOf(flight.event)) {
    const alpha = fading(flight);
    const { x, y, event, shape } = flight;
    if (event.message !== null && event.message === followed()) put(marks.of("halo", null, 1), x, y, alpha);
    else if (flight === pointed) put(marks.of("halo", null, 1), x, y, alpha);
    put(marks.of(shape, face, n), x, y, alpha);
    if (!worded || !WORD[shape]) return;
    const near = wordAt[shape];
    if (near.frame === frame && Math.hypot(near.x - x, near.y - y) < APART) return;
    [near.frame, near.x, near.y] = [frame, x, y];
    const word = marks.word(WORD[shape], shape);
    put(word, x, y + (flight.fall ? 20 : -21), alpha);
  }

  // Where a message has just arrived, its part glows for a moment. On the canvas, which is drawn anyway: a glow in
  // the drawing below would cost more than all dots together.
  function drawFlashes() {
    pen.lineWidth = 4 * ratio;
    for (const [node, began] of flashes) {
      const part = (flights.clock - began) / FLASH_MS;
      const box = part < 1 && stage.box(node);
      if (!box) {
        flashes.delete(node);
        continue;
      }
      pen.globalAlpha = 0.45 * (1 - part);
      pen.strokeStyle = marks.glow(node);
      pen.beginPath();
      const [x, y, w, h] = [box.x * k + dx - 3, box.y * k + dy - 3, box.w * k + 6, box.h * k + 6];
      pen.roundRect(x * ratio, y * ratio, w * ratio, h * ratio, Math.min(h / 2, 12 * k + 3) * ratio);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  // One mark per lane: the most unusual shape that is on it, and how many messages.
  function drawResting() {
    for (const flight of flights.list) {
      const { track, event } = flight;
      if (!flight.shown || !track) continue;
      if (track.stamp !== frame) [track.stamp, track.sum, track.top] = [frame, 0, flight];
      track.sum += event.n;
      if (RANK[flight.shape] >= RANK[track.top.shape]) track.top = flight;
    }
    for (const flight of flights.list) {
      if (!flight.shown) continue;
      if (!flight.track) drawOne(flight, flight.event.n, true);
      else if (flight.track.top === flight) drawOne(flight, flight.track.sum, true, flight.track.sum > 1 ? MANY_FACE : undefined);
    }
  }

  return {
    look,
    flash: (node) => flashes.set(node, flights.clock),
    get flashing() {
      return flashes.size > 0;
    },
    get pointed() {
      return pointed;
    },
    get most() {
      return most;
    },
    get seen() {
      return seen;
    },
    draw() {
      const { list } = flights;
      if (!list.length && !dirty && !flashes.size) return;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, stage.overlay.width, stage.overlay.height);
      crowded = list.length > CROWDED;
      let odd = 0;
      seen = 0;
      frame += 1;
      for (const flight of list) {
        flight.shown = locate(flight) && (!flight.landed || flights.travel !== "slow");
        if (!flight.shown) continue;
        seen += 1;
        if (flight.shape !== "message") odd += 1;
      }
      drawFlashes();
      most = Math.max(most, seen);
      dirty = seen + flashes.size > 0;
      if (flights.travel !== "slow") drawResting();
      else for (const flight of list) if (flight.shown) drawOne(flight, flight.event.n, odd <= WORDED);
      pen.globalAlpha = 1;
    },
    // The flight at a place of the canvas, or null.
    at(x, y) {
      let best = null;
      let near = REACH;
      for (const flight of flights.list) {
        if (!flight.shown) continue;
        const away = Math.hypot(flight.x - x, flight.y - y);
        if (away < near) [best, near] = [flight, away];
      }
      return best;
    },
    point(flight) {
      const changed = pointed !== flight;
      pointed = flight;
      return changed;
    },
    // Something below has changed: the next drawing is due even if nothing flies.
    stale() {
      dirty = true;
    },
  };
}
