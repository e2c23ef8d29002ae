// From the tap's lines to what is on the screen: the parts that keep time, count and fly, and how they belong
// together. No element is made here; view.js does that.

import { createDots } from "./dots.js";
import { createFaces } from "./faces.js";
import { createFlights } from "./flights.js";
import { createLedger, prefetchOf } from "./ledger.js";
import { createMarks } from "./marks.js";
import { createMessages } from "./messages.js";
import { createPlayer } from "./player.js";
import { createSights } from "./sights.js";
import { createTally } from "./tally.js";
import { createTimeline } from "./timeline.js";
import { createTracks } from "./tracks.js";

const MOST_LANES = 2_000;
const FLUSH_MS = 90;
const MORPH_MS = 800; // a changed graph glides for less than this

// hooks: onKey() for a new key, onMode() for a change of the player, onStep(event) for what a step showed.
// hooks: onKey() for a new key, onMode() for a change of the player, onStep(event) for what a step showed.
export function createEngine(stage, root, { onKey, onMode, onStep }) {
  const engine = { followed: null, graph: null };
  const faces = createFaces({ onNew: onKey });
  const tally = createTally();
  const ledger = createLedger();
  const tracks = createTracks(stage);
  const marks = createMarks(root);
  const sights = createSights();
  const messages = createMessages({ faces, keep: () => engine.followed });
  const entered = new Map(); // lane → messages that have come onto it: what the lane shows
  const unroutable = {};
  const autoAck = new Set();
  let morphing = 0;
  let harvested = 0;
  let flushed = 0;

  const onLane = (lane, n) => entered.set(lane, (entered.get(lane) ?? 0) + n);

  const flights = createFlights({
    tracks,
    ledger,
    isAuto: (consumer) => autoAck.has(consumer),
    bump: (node) => dots.flash(tracks.node(node)),
    enters({ lane, track, event, fresh }) {
      if (fresh) onLane(lane, event.n);
      if (flights.travel === "still" && track) stage.bump(track.lane);
    },
    falls(event, fresh) {
      if (fresh) unroutable[event.exchange] = (unroutable[event.exchange] ?? 0) + event.n;
    },
  });

  function count(entry) {
    if (entry.played) return false;
    entry.played = true;
    tally.count(entry.value);
    messages.note(entry.value, entry.at);
    return true;
  }

  function pass({ value: event, ...entry }, isFresh) {
    flights.skip(event);
    sights.note(event);
    if (!isFresh) return;
    tally.missed.skipped += event.n;
    for (const lane of tally.lanesOf(event)) onLane(lane, event.n);
    if (event.lost) unroutable[event.exchange] = (unroutable[event.exchange] ?? 0) + event.n;
  }

  function showGraph(line) {
    const { graph } = line;
    if (!graph?.nodes || graph === engine.graph) return;
    engine.graph = graph;
    stage.setGraph(graph, { animate: true });
    morphing = performance.now() + MORPH_MS;
    tracks.reset(graph);
    tally.forget(tracks.edges());
    for (const lane of entered.keys()) if (entered.size > MOST_LANES && !tracks.lane(lane)) entered.delete(lane);
    autoAck.clear();
    for (const node of graph.nodes) if (node.auto_ack) autoAck.add(node.id);
    ledger.limit(prefetchOf(graph));
  }

  const shown = { counts: (line) => ledger.exact(line), graph: showGraph };

  const timeline = createTimeline({
    onDrop(entry) {
      if (entry.type !== "event") return;
      const { skipped } = tally.missed;
      pass(entry, count(entry));
      tally.missed.dropped += tally.missed.skipped - skipped;
      tally.missed.skipped = skipped;
    },
  });

  const player = createPlayer(timeline, {
    busy: () => flights.list.length > 0 || dots.flashing,
    land: () => flights.land(),
    changed: onMode,
    play(entry) {
      if (entry.type !== "event") return shown[entry.type](entry.value);
      const fresh = count(entry);
      tally.pass(entry.value, entry.at);
      if (flights.start(entry.value, fresh)) {
        sights.note(entry.value);
        if (fresh) for (const lane of tally.lanesOf(entry.value)) if (tracks.of(lane)) tally.drawn(lane);
      } else pass(entry, fresh);
      if (player.mode === "step") onStep(entry.value);
    },
    pass(entry) {
      if (entry.type !== "event") return shown[entry.type](entry.value);
      tally.pass(entry.value, entry.at);
      pass(entry, count(entry));
    },
    seek(state) {
      ledger.reset(state.counts);
      if (state.graph) showGraph(state.graph);
      for (const event of state.since) flights.skip(event);
    },
  });

  const dots = createDots({
    stage, flights, marks,
    faceOf: (event) => faces.ofEvent(event),
    followed: () => engine.followed,
  });

  // Every number that changes draws the stage anew, which costs more than all dots together.
  function flush(now = Infinity) {
    if (!ledger.dirty || now < flushed + FLUSH_MS) return;
    flushed = now === Infinity ? 0 : now;
    stage.setCounts(ledger.read());
  }

  return Object.assign(engine, {
    faces, tally, flights, dots, messages, sights, timeline, player, tracks, marks,
    start(graph) {
      if (!graph?.nodes) return;
      timeline.floor.graph = { graph };
      showGraph({ graph });
    },
    // Lines from before the view was there; without any counts among them, those that the model has kept.
    open({ past, unseen }, counts, now) {
      const lines = [...past, ...unseen];
      for (const line of lines) if (line.type === "batch") tally.hear(line);
      if (counts?.queues && !lines.some(({ type }) => type === "counts")) {
        timeline.floor.counts = counts;
        ledger.exact(counts);
      }
      player.open(past, unseen, now);
      flush();
    },
    feed(line, now) {
      if (line.type === "batch") tally.hear(line);
      player.feed(line, now);
    },
    frame(now) {
      flights.advance(player.advance(now));
      dots.draw();
      flush(now);
    },
    // Nothing moves any more: now the exact numbers stand.
    rest() {
      if (player.mode !== "paused" && !timeline.next && !flights.list.length) ledger.settle();
      flush();
    },
    // The view has moved, or the graph is moving under the dots.
    look(now) {
      if (now < morphing) tracks.refresh();
      dots.look();
      dots.stale();
      dots.draw();
    },
    // A few times a second: lane totals, and how much flows.
    beat() {
      const lanes = {};
      for (const [lane, n] of entered) {
        const id = tracks.lane(lane);
        if (id) lanes[id] = (lanes[id] ?? 0) + n;
      }
      stage.setCounts({ lanes, unroutable });
      const passed = (player.at - harvested) / 1_000;
      harvested = player.at;
      tally.harvest((lane, n) => stage.flow(tracks.lane(lane) ?? lane, passed > 0 ? n / passed : 0));
    },
    stats: (loop) => ({
      mode: player.mode, flights: flights.list.length, dots: dots.seen, mostDots: dots.most, waiting: timeline.waiting,
      kept: timeline.length, messages: messages.size, frames: loop.frames, pending: loop.pending, ...tally.sums, ...tally.missed,
    }),
  });
}
