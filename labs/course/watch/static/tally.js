// How much went where, counted once: when the reading mark first passes an event, drawn or not. A replay passes
// it again and counts nothing. `totals[lane] = {n, dots}`: n messages, of which `dots` dots were drawn.
// A lane counts once per event, even if the ways of two copies share it: so does a binding in the broker.

const RATE_BEAT_MS = 250;
const RATE_BEATS = 8; // rates over the last two seconds

export function lanesOf(event) {
  if (event.kind === "publish") return [...new Set([event.lane, ...event.copies.flat()])];
  if (event.kind === "deliver") return [event.lane];
  return event.lanes ?? [];
}

const namesOf = (event) => {
  if (event.kind === "publish") return event.lost ? ["published", "lost"] : ["published"];
  if (event.kind === "deliver") return event.again ? ["delivered", "redelivered"] : ["delivered"];
  return [event.kind];
};

export function createTally() {
  const totals = {};
  const sums = { published: 0, delivered: 0, redelivered: 0, dead: 0, lost: 0, gone: 0 };
  const missed = { skipped: 0, dropped: 0, unheard: 0, grouped: 0, behind: false };
  const lost = new Map(); // exchange → messages that no queue took
  const beats = { published: new Float64Array(RATE_BEATS), delivered: new Float64Array(RATE_BEATS) };
  const flows = new Map(); // lane → messages since the last harvest
  let beat = -1;

  function turnTo(at) {
    if (!Number.isFinite(at)) return; // nothing has been heard yet
    const now = Math.floor(at / RATE_BEAT_MS);
    if (now < beat - RATE_BEATS) beat = now - RATE_BEATS; // a replay: older beats
    for (let i = Math.max(beat + 1, now - RATE_BEATS + 1); i <= now; i += 1)
      for (const row of Object.values(beats)) row[((i % RATE_BEATS) + RATE_BEATS) % RATE_BEATS] = 0;
    beat = Math.max(beat, now);
  }

  return {
    totals,
    lanesOf,
    sums,
    missed,
    lost,
    // What a batch says about itself: trace events that have no event here, and whether the tap kept up.
    hear(batch) {
      const told = batch.events.reduce((sum, event) => sum + (event.inferred ? 0 : event.n), 0);
      missed.unheard += Math.max(0, (batch.seen ?? told) - told);
      missed.behind ||= Boolean(batch.behind);
    },
    count(event) {
      for (const name of namesOf(event)) sums[name] += event.n;
      if (event.lost) lost.set(event.exchange, (lost.get(event.exchange) ?? 0) + event.n);
      missed.grouped += event.n > 1 ? event.n : 0;
      for (const lane of lanesOf(event)) (totals[lane] ??= { n: 0, dots: 0 }).n += event.n;
    },
    drawn(lane) {
      (totals[lane] ??= { n: 0, dots: 0 }).dots += 1;
    },
    // For rates: also in a replay, which shows the speed of then.
    pass(event, at) {
      turnTo(at);
      const row = beats[namesOf(event)[0]];
      if (row) row[((beat % RATE_BEATS) + RATE_BEATS) % RATE_BEATS] += event.n;
      for (const lane of lanesOf(event)) flows.set(lane, (flows.get(lane) ?? 0) + event.n);
    },
    rates(at) {
      turnTo(at);
      const perSecond = (row) => row.reduce((sum, n) => sum + n, 0) / ((RATE_BEATS * RATE_BEAT_MS) / 1_000);
      return { published: perSecond(beats.published), delivered: perSecond(beats.delivered) };
    },
    harvest(visit) {
      for (const [lane, n] of flows) {
        visit(lane, n);
        if (n) flows.set(lane, 0);
        else flows.delete(lane);
      }
    },
    // Lanes of consumers that came and went: a long day must not fill the page's memory.
    forget(lanes, most = 2_000) {
      const names = Object.keys(totals);
      for (const lane of names) if (names.length > most && !lanes.has(lane)) delete totals[lane];
    },
  };
}
