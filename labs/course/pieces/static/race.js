// Races of workers at one queue: every order is drawn in one place, waiting, held, or acknowledged.
//
// The kernel sends what happened ten times a second; the page plays it smoothly on its own clock, a tenth of a
// second late. A replay plays all races from one start line, as slowly as one likes.

import { calm, follow, make, say } from "./make.js";
import { racePanel } from "./race_panel.js";

const SPEEDS = [["1×", 1], ["¼×", 0.25], ["1/10×", 0.1]];
// A page that falls behind by more than this does not run after the race; it jumps.
const TOO_LATE_MS = 500;
const CALM_MS = 500;

const SCALES_MS = [500, 1000, 2000, 5000, 10_000, 20_000, 60_000];

const lastMs = (race) => race.rows.at(-1)?.[0] ?? 0;

function render({ model, el }) {
  const panels = make("div");
  const replay = make("button", { type: "button" }, "");
  const group = `labs-speed-${Math.random().toString(36).slice(2)}`;
  const speeds = SPEEDS.map(([label, speed]) => {
    const input = make("input", { type: "radio", name: group });
    input.checked = speed === 0.25;
    return { input, speed, label: make("label", {}, input, label) };
  });
  const news = make("p", { class: "labs-unseen", role: "status" });
  const legend = [["ready", "in the queue"], ["held", "held, not acknowledged"], ["done", "acknowledged"]]
    .map(([kind, words]) => make("span", {}, make("i", { class: `labs-is-${kind}`, "aria-hidden": "true" }), words));
  const controls = make("fieldset", { class: "labs-speeds" }, make("legend", {}, "speed"), ...speeds.map(({ label }) => label));
  const root = make(
    "section", { class: "labs-piece labs-race", "aria-label": "Races of workers at one queue" },
    panels, make("footer", {}, make("span", { class: "labs-legend" }, ...legend), controls, replay), news,
  );
  el.append(root);

  const shown = []; // per race: its panel, and the moment that it shows
  let started = null; // a replay: when it began, on its own clock
  let frame = 0;
  let before = 0;
  let drawn = 0;
  const races = () => model.get("races");
  const allOver = () => races().length > 0 && races().every((race) => race.over);

  // The scale of the time lanes: the longest race, or as long as nobody knows it, the next round number.
  function longest() {
    const ms = Math.max(1, ...races().map(lastMs));
    return allOver() ? ms : SCALES_MS.find((scale) => scale >= ms) ?? ms;
  }
  const speed = () => speeds.find(({ input }) => input.checked).speed;

  // Moves every race's moment on; true as long as one of them is still running.
  function advance(passed) {
    let running = false;
    races().forEach((race, place) => {
      const one = shown[place];
      const end = lastMs(race);
      if (started === null && !race.over && end - one.at > TOO_LATE_MS) one.at = end - TOO_LATE_MS / 5;
      one.at = Math.min(end, one.at + passed);
      running ||= one.at < end || !race.over;
    });
    return running;
  }

  function draw() {
    races().forEach((race, place) => {
      shown[place].panel.draw(race, shown[place].at, longest());
    });
    const over = allOver();
    replay.disabled = !over;
    say(replay, started === null ? `▶ Replay${races().length > 1 ? " side by side" : ""}` : "■ Stop");
    root.dataset.state = started !== null ? "replay" : over ? "over" : "live";
  }

  function tick(now) {
    const running = advance((now - before) * (started === null ? 1 : speed()));
    before = now;
    if (!running) started = null;
    if (!calm() || !running || now - drawn > CALM_MS) {
      drawn = now;
      draw();
    }
    frame = running ? requestAnimationFrame(tick) : 0;
  }

  function run() {
    if (frame) return;
    before = performance.now();
    frame = requestAnimationFrame(tick);
  }

  function toEnd() {
    started = null;
    races().forEach((race, place) => { shown[place].at = lastMs(race); });
    draw();
  }

  replay.addEventListener("click", () => {
    if (started !== null) return toEnd();
    started = performance.now();
    for (const one of shown) one.at = 0;
    say(news, `Replay at ${speed()} of the real speed.`);
    draw(); // the start line, also for those who get a picture only now and then
    return run();
  });

  const undo = follow(model, ["races", "replaced"], () => {
    root.hidden = model.get("replaced");
    races().forEach((race, place) => {
      if (!shown[place]) {
        const panel = racePanel(race, model.get("orders"));
        panels.append(panel.root);
        shown[place] = { panel, at: race.over ? lastMs(race) : 0, told: race.over };
      }
      if (race.over && !shown[place].told) {
        shown[place].told = true;
        say(news, shown[place].panel.words(race));
      }
    });
    draw();
    if (races().some((race, place) => shown[place].at < lastMs(race) || !race.over)) run();
  });
  return () => {
    cancelAnimationFrame(frame);
    undo();
  };
}

export default { render };
