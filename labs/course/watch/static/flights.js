// Events become flights: one for each lane of the message's way, one after another, and each with what it does
// when it leaves and when it lands (a queue's number, a consumer's hold, a bump). The clock is play time, so
// pause and slow motion hold for flights too. A message is never in two places: its delivery waits here until it
// has arrived in its queue, its redelivery until it has been delivered. The broker is a thousand times faster;
// the legend says that travel time is stretched. With `travel` off (light speed, or reduced motion) everything
// happens at once and the lane only shows a mark for a moment.

import { lanesOf } from "./tally.js";

const MOST_FLIGHTS = 2_500; // what a slow machine can draw; beyond, an event only counts
const MOST_WAIT_MS = 2_500; // a loop of redeliveries must not queue up for ever
const FALL_MS = 1_100;
const MARK_MS = { light: 350, still: 900 };
// With so many dots they hurry so much, that they stay few enough to be drawn.
const HURRY = [[1_100, 0.25], [600, 0.4], [250, 0.65], [0, 1]];

// hooks: bump(node) when something lands there, enters(lane, event) when a dot comes onto a lane, falls(event) when a
// lost message has fallen; `isAuto(consumer)` tells who acknowledges automatically and so holds nothing.
export function createFlights({ tracks, ledger, bump, enters, falls, isAuto }) {
  const list = [];
  const landings = new Map(); // "queue message" → when its last flight lands
  const arrivals = new Map(); // queue → when the last planned dot arrives
  const departures = new Map(); // queue → when the last delivered dot lands
  let clock = 0;
  let travel = "slow"; // or "light", or "still"
  let fresh = true; // seen for the first time: a replay counts nothing

  const atMost = (time) => Math.min(Math.max(clock, time ?? 0), clock + MOST_WAIT_MS);

  function add(event, fields) {
    const flight = {
      event, fresh, track: null, lane: null, shape: "message", start: 0, end: 0, until: 0, fall: null, begun: false,
      landed: false, x: 0, y: 0, shown: false, onStart: null, onLand: null, ...fields,
    };
    flight.until = travel === "slow" ? flight.end : flight.end + MARK_MS[travel];
    list.push(flight);
    return flight;
  }

  function along(lane, start, event, shape) {
    const track = tracks.of(lane);
    const [, hurry] = HURRY.find(([dots]) => list.length >= dots);
    const lasts = track && travel === "slow" ? Math.min(800, Math.max(340, track.length * 2.4)) * hurry : 0;
    return add(event, { track, lane, shape, start, end: start + lasts });
  }

  const fallFrom = (node, start, event, shape) =>
    add(event, { fall: tracks.node(node), shape, start, end: start + (travel === "slow" ? FALL_MS : 0) });

  function arriveIn(queue, flight, event) {
    ledger.plan("ready", queue, event.n);
    const before = flight.onLand;
    flight.onLand = () => {
      before?.();
      ledger.done("ready", queue, event.n);
      bump(queue);
    };
    arrivals.set(queue, Math.max(flight.end, arrivals.get(queue) ?? 0));
    if (event.message) landings.set(`${queue} ${event.message}`, flight.end);
  }

  const begin = {
    publish(event) {
      const first = along(event.lane, clock, event, "message");
      first.onLand = () => bump(event.exchange);
      if (event.lost) fallFrom(event.exchange, first.end, event, "lost").onStart = () => falls(event, first.fresh);
      const flown = new Map([[event.lane, first]]);
      const ends = new Map(event.queues.map((queue) => [queue, first]));
      for (const lanes of event.copies) {
        let last = first;
        for (const lane of lanes) {
          if (!flown.has(lane)) flown.set(lane, along(lane, last.end, event, "message"));
          last = flown.get(lane);
        }
        const queue = event.queues.find((id) => lanes.at(-1)?.endsWith(`>${tracks.node(id)}`));
        if (queue) ends.set(queue, last);
      }
      for (const [queue, last] of ends) arriveIn(queue, last, event);
    },
    deliver(event) {
      const { queue, to, n } = event;
      const known = landings.get(`${queue} ${event.message}`);
      const waits = known ?? (ledger.spare(queue) >= n ? clock : arrivals.get(queue));
      const flight = along(event.lane, atMost(waits), event, event.again ? "again" : "message");
      const keeps = !isAuto(to);
      ledger.plan("ready", queue, -n);
      if (keeps) for (const [name, id] of [["unacked", queue], ["held", to]]) ledger.plan(name, id, n);
      flight.onStart = () => {
        ledger.done("ready", queue, -n);
        if (keeps) ledger.done("unacked", queue, n);
      };
      flight.onLand = () => {
        if (keeps) ledger.done("held", to, n);
        bump(to);
      };
      departures.set(queue, flight.end);
      if (event.message) landings.set(`${queue} ${event.message}`, flight.end);
    },
    dead(event) {
      let start = atMost(Math.max(departures.get(event.queue) ?? 0, arrivals.get(event.queue) ?? 0));
      let flight = null;
      for (const lane of event.lanes) {
        flight = along(lane, start, event, "dead");
        start = flight.end;
      }
      if (flight) arriveIn(event.to, flight, event);
    },
    gone(event) {
      fallFrom(event.queue, atMost(arrivals.get(event.queue)), event, "gone");
    },
  };

  function progress(flight) {
    if (!flight.begun && clock >= flight.start) {
      flight.begun = true;
      if (flight.lane) enters(flight);
      flight.onStart?.();
    }
    if (!flight.landed && clock >= flight.end) {
      flight.landed = true;
      flight.onLand?.();
    }
    return clock >= flight.until;
  }

  function sweep() {
    let kept = 0;
    for (const flight of list) if (!progress(flight)) list[kept++] = flight;
    list.length = kept;
    if (!kept) for (const map of [landings, arrivals, departures]) map.clear();
  }

  return {
    list,
    get clock() {
      return clock;
    },
    get travel() {
      return travel;
    },
    setTravel(how) {
      travel = how;
    },
    // Whether there is room for it: if not, it must only be counted.
    start(event, isFresh) {
      fresh = isFresh;
      if (list.length + lanesOf(event).length > MOST_FLIGHTS) return false;
      begin[event.kind]?.(event);
      return true;
    },
    // Its effect without its flight.
    skip(event) {
      const { kind, queue, n } = event;
      if (kind === "publish") for (const id of event.queues) ledger.move("ready", id, n);
      if (kind === "dead") ledger.move("ready", event.to, n);
      if (kind !== "deliver") return;
      ledger.move("ready", queue, -n);
      if (isAuto(event.to)) return;
      ledger.move("unacked", queue, n);
      ledger.move("held", event.to, n);
    },
    advance(passed) {
      clock += passed;
      sweep();
    },
    // All that fly arrive now.
    land() {
      for (const flight of list) clock = Math.max(clock, flight.until);
      sweep();
    },
    // As if they had never been: for a rewind.
    clear() {
      list.length = 0;
      sweep();
    },
  };
}
