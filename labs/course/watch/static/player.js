// Plays the timeline: where the reading mark is, how fast it goes, and when it may rest. No drawing, no timers:
// `advance(now)` is called for each frame while `running` is true and says how much play time has passed.
//   live    follows the broker by a short lag, so that a burst is played in its own rhythm
//   behind  plays older time: after a pause, in slow motion, in a replay
//   paused  nothing moves; what comes in waits
//   step    the next event plays alone, then it pauses; armed: it waits for that event
// handlers: play(entry) shows it, pass(entry) only counts it, seek(state) puts everything back to an older time,
// busy() tells whether dots are on their way, land() lets them arrive at once.

import { createClock } from "./clock.js";
import { SPAN_MS } from "./timeline.js";

const LAG_MS = 150;
const LEAP_MS = 2_000; // further behind than this, live leaps instead of running after it
const FRAME_MS = 100; // a page that stood still for longer does not make up for it in one frame

export function createPlayer(timeline, { play, pass, seek, busy, land, changed }) {
  const clock = createClock();
  let [mode, rate, armed] = ["live", 1, false];
  let at = -Infinity;
  let before = 0;
  let hidden = false;
  let patience = LEAP_MS; // how far behind live may be before it leaps

  const edge = (now) => clock.edge(now) - LAG_MS;

  function become(nextMode) {
    mode = nextMode;
    changed();
  }

  function playUntil(limit) {
    while (timeline.next && timeline.next.at <= limit) play(timeline.take());
  }

  function leap(to) {
    while (timeline.next && timeline.next.at <= to) pass(timeline.take());
    at = Math.max(at, to);
    timeline.trim(at);
  }

  function goOn(passed, now) {
    const to = edge(now);
    if (mode === "live") {
      if (at < to - patience) leap(to);
      if (at > to - LEAP_MS) patience = LEAP_MS;
      const haste = 1 + Math.min(0.5, Math.max(0, (to - at) / 1_000));
      at = Math.max(at, Math.min(to, at + passed * haste));
    } else at = Math.max(at, Math.min(to, Math.max(at + passed * rate, timeline.oldest)));
    playUntil(at);
    timeline.trim(at);
    if (mode === "behind" && rate === 1 && !timeline.next && !busy()) become("live");
  }

  function stepOn(now) {
    while (armed && timeline.next) {
      const entry = timeline.take();
      at = Math.max(at, entry.at);
      armed = entry.type !== "event";
      play(entry);
    }
    if (armed || busy()) return;
    while (timeline.next && timeline.next.type !== "event" && timeline.next.at <= edge(now)) play(timeline.take());
    become("paused");
  }

  const player = {
    get mode() {
      return mode;
    },
    get rate() {
      return rate;
    },
    get armed() {
      return armed;
    },
    get at() {
      return at;
    },
    // A step that has landed has yet to pause, and a replay that has ended to be live again.
    get running() {
      if (hidden || mode === "paused") return false;
      const ending = mode === "step" ? !armed : mode === "behind" && rate === 1;
      return ending || timeline.next !== undefined || busy();
    },
    // The time that is shown: at rest, live time goes on without frames.
    time: (now) => (mode === "live" && !player.running ? edge(now) : at),
    behind: (now) => Math.max(0, edge(now) - at),

    // One line of the tap. At rest the silence since the last one is not played.
    feed(line, now) {
      const resting = !player.running;
      const lineAt = clock.note(line.at, now);
      if (line.type === "batch") for (const event of line.events) timeline.push(clock.shift(event.at), "event", event);
      else timeline.push(lineAt, line.type, line);
      if (at === -Infinity) at = lineAt - LAG_MS;
      if (hidden && mode === "live") leap(edge(now));
      if (resting) before = now;
      const quiet = resting && !hidden && (mode === "live" || mode === "behind");
      if (quiet && timeline.next) at = Math.max(at, Math.min(edge(now), timeline.next.at));
    },
    advance(now) {
      const passed = Math.min(FRAME_MS, Math.max(0, now - before));
      before = now;
      if (mode === "paused" || hidden || at === -Infinity) return 0;
      if (mode === "step") stepOn(now);
      else goOn(passed, now);
      return mode === "live" ? passed : passed * rate;
    },
    // What had been sent before anybody saw the view: `past` has been played by another one, the rest is played now,
    // all of it, before live goes on.
    open(past, unseen, now) {
      for (const line of past) player.feed(line, now);
      leap(timeline.latest);
      for (const line of unseen) player.feed(line, now);
      patience = SPAN_MS;
      before = now;
    },
    // A tab that nobody sees draws nothing; live goes on counting, the rest waits.
    hide(isHidden, now) {
      [hidden, before] = [isHidden, now];
      if (mode === "live") leap(edge(now));
    },
    pause() {
      armed = false;
      become("paused");
    },
    resume(now) {
      before = now;
      armed = false;
      become(rate === 1 && player.behind(now) < LEAP_MS ? "live" : "behind");
    },
    setRate(nextRate, now) {
      rate = nextRate;
      before = now;
      become(mode === "live" && rate !== 1 ? "behind" : mode);
    },
    step(now) {
      land();
      [armed, before] = [true, now];
      become("step");
    },
    replay(now) {
      land();
      at = Math.max(timeline.oldest, Math.min(at, timeline.latest) - SPAN_MS);
      seek(timeline.rewind(at));
      [armed, before] = [false, now];
      become("behind");
    },
    live(now) {
      [armed, rate, before] = [false, 1, now];
      leap(edge(now) - LEAP_MS / 2);
      become("live");
    },
  };
  return player;
}
