// You, the exchange, the queue, and the dot that goes between them: where the *broker* sent it, not where paper
// says it should go. The dot leaves only when the broker has answered. Whoever wants less motion
// (prefers-reduced-motion) sees the end of the journey at once.

import { make } from "./board.js";

const LEG_MS = 650;
const FALL_MS = 700;
const CELLS = 16;

export function createTrip(host, names) {
  const trip = make("div", "trip");
  const you = stop("you", "you", "producer");
  const exchange = stop("exchange", names.exchange, "topic exchange");
  const queue = stop("queue", names.queue, "queue");
  const count = make("b", "count", "–");
  count.title = "not asked yet";
  const cells = make("span", "cells");
  cells.append(...Array.from({ length: CELLS }, () => make("i")));
  queue.append(count, cells);
  const binding = make("div", "lane binding");
  const [pattern, bound] = [make("code"), make("small")];
  binding.append(pattern, bound);
  trip.append(you, make("div", "lane"), exchange, binding, queue);
  host.append(trip);
  let waiting = null;

  // The pattern that is typed, and whether the broker has it.
  function plan(text, isBound) {
    pattern.textContent = text || "(empty)";
    pattern.title = text;
    bound.textContent = isBound ? "bound" : "not bound yet";
    binding.classList.toggle("bound", isBound);
  }

  function setCount(number) {
    count.textContent = number;
    count.title = `${number} ready`;
    [...cells.children].forEach((cell, index) => cell.classList.toggle("on", index < number));
  }

  function clear() {
    trip.querySelectorAll(".fate").forEach((fate) => fate.remove());
  }

  // A dot at the producer: pressed, and nobody has answered yet.
  function wait() {
    clear();
    waiting?.remove();
    waiting = make("span", "dot waiting");
    trip.append(waiting);
    waiting.style.transform = move(place(you, 0.5, 0.5));
  }

  async function fly(outcome, number) {
    const dot = waiting ?? trip.appendChild(make("span", "dot"));
    waiting = null;
    dot.classList.remove("waiting");
    if (outcome === "arrived" || outcome === "dropped") {
      await travel(dot, [place(you, 1, 0.5), place(exchange, 0, 0.5)], LEG_MS);
      flash(exchange);
    }
    if (outcome === "arrived") {
      await travel(dot, [place(exchange, 1, 0.5), place(queue, 0, 0.5)], LEG_MS);
      flash(queue);
    } else {
      const from = outcome === "dropped" ? exchange : you;
      dot.classList.add("lost");
      await travel(dot, [place(from, 0.5, 1), place(from, 0.5, 1, 44)], FALL_MS, [1, 0.15]);
      from.append(make("span", "fate", `✕ ${outcome === "failed" ? "no answer" : outcome}`));
    }
    if (number !== null) setCount(number);
    dot.remove();
  }

  function giveUp() {
    waiting?.remove();
    waiting = null;
  }

  // A point of a box, seen from the corner of the whole.
  function place(box, across, down, further = 0) {
    const [inner, outer] = [box.getBoundingClientRect(), trip.getBoundingClientRect()];
    return [
      inner.left - outer.left + trip.scrollLeft + inner.width * across,
      inner.top - outer.top + inner.height * down + further,
    ];
  }

  return { root: trip, plan, setCount, wait, fly, giveUp, clear };
}

function stop(kind, name, what) {
  const box = make("div", `stop ${kind}`);
  box.append(make("b", "name", name), make("small", "", what));
  return box;
}

function move([x, y]) {
  return `translate(${x}px, ${y}px)`;
}

// Go from point to point; in a tab that nobody sees animations stand still, so the clock ends them as well.
async function travel(dot, points, duration, opacity = [1, 1]) {
  dot.style.transform = move(points.at(-1));
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const frames = points.map((point, index) => ({ transform: move(point), opacity: opacity[index] }));
  const animation = dot.animate(frames, { duration, easing: "ease-in-out" });
  const late = new Promise((done) => setTimeout(done, duration + 300));
  await Promise.race([animation.finished.catch(() => {}), late]);
}

function flash(box) {
  box.classList.remove("flash");
  void box.offsetWidth; // lets the same animation begin again
  box.classList.add("flash");
}
