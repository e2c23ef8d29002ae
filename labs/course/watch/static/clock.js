// The page's clock against the tap's: `at` counts milliseconds since the tap's program started, and lines come
// a little late, by a delay that changes. The least delay seen is the truth; a little creeping follows two
// clocks that drift apart, a lot at once follows a line that is really late (a kernel with a backlog).

const CREEP = 0.002;
const REALLY_LATE_MS = 1_000;
const RESTARTED_MS = 2_000; // no batch is that old: the program is a new one, and counts from 0 again

export function createClock() {
  let offset = null;
  let epoch = 0;
  let last = -Infinity;

  return {
    // The line's time, on one clock for the life of the view.
    note(raw, now) {
      if (raw + epoch < last - RESTARTED_MS) epoch = now - offset - raw;
      const at = raw + epoch;
      last = Math.max(last, at);
      const seen = now - at;
      if (offset === null || seen < offset || seen > offset + REALLY_LATE_MS) offset = seen;
      else offset += (seen - offset) * CREEP;
      return at;
    },
    // The time that an event of one of the line's has on that clock.
    shift: (raw) => raw + epoch,
    edge: (now) => (offset === null ? -Infinity : now - offset),
  };
}
