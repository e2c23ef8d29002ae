// What was last seen where: the last event and the keys of each lane and node, for whoever points at one.
// Bounded: nine keys are enough to name them all and say "other", and lanes that are long gone are forgotten.

import { lanesOf } from "./tally.js";

const MOST_PLACES = 1_000;
const MOST_KEYS = 9;

const nodesOf = ({ kind, ...event }) => {
  if (kind === "publish") return [event.from, event.exchange, ...event.queues];
  return [event.queue, event.to].filter(Boolean);
};

export function createSights() {
  const places = new Map();

  function placeAt(id) {
    let place = places.get(id);
    if (place) return place;
    if (places.size >= MOST_PLACES) places.delete(places.keys().next().value);
    places.set(id, (place = { last: null, keys: new Set() }));
    return place;
  }

  return {
    at: (id) => places.get(id) ?? { last: null, keys: new Set() },
    note(event) {
      const key = event.about?.key;
      for (const id of [...lanesOf(event), ...nodesOf(event)]) {
        const place = placeAt(id);
        place.last = event;
        if (key !== undefined && key !== null && place.keys.size < MOST_KEYS) place.keys.add(key);
      }
    },
    // The lanes that a key went along.
    lanesWith: (key) => [...places].filter(([id, place]) => id.includes(">") && place.keys.has(key)).map(([id]) => id),
  };
}
