// What happened, sorted by its time: 30 seconds behind the reading mark, for a replay, and what lies ahead of it,
// for as long as somebody pauses. Both are bounded: beyond `most` entries the oldest go, and `onDrop` hears of
// those that nobody has seen. What has gone from the front is folded into `floor`, so that a rewind knows the
// queues and the graph as they were.
// An entry: {at, type: "event"|"counts"|"graph", value, played}.

export const SPAN_MS = 30_000;
const MOST_ENTRIES = 16_000;
const MOST_SINCE = 500; // events after the last counts that are still told apart
const COMPACT_AT = 1_024; // the array loses its dead front in pieces of this size, not one by one

export function createTimeline({ span = SPAN_MS, most = MOST_ENTRIES, onDrop = () => {} } = {}) {
  const floor = { graph: null, counts: null, since: [] };
  let entries = [];
  let head = 0; // the oldest entry still kept
  let mark = 0; // the next one to be played
  let waiting = 0; // events ahead of the mark
  let latest = -Infinity;

  function dropOldest() {
    const entry = entries[head];
    entries[head] = null;
    head += 1;
    if (entry.type !== "event") floor[entry.type] = entry.value;
    else if (floor.since.length < MOST_SINCE) floor.since.push(entry.value);
    if (entry.type === "counts") floor.since = [];
    if (mark < head) {
      mark = head;
      if (entry.type === "event") waiting -= 1;
      if (!entry.played) onDrop(entry);
    }
    if (head >= COMPACT_AT) {
      entries = entries.slice(head);
      mark -= head;
      head = 0;
    }
  }

  return {
    floor,
    get length() {
      return entries.length - head;
    },
    get waiting() {
      return waiting;
    },
    get latest() {
      return latest;
    },
    get oldest() {
      return head < entries.length ? entries[head].at : latest;
    },
    get next() {
      return entries[mark];
    },

    // A batch is up to 50 ms older than a line of counts sent meanwhile: an entry takes its place by its time,
    // though never behind the mark, where nobody would play it.
    push(at, type, value) {
      let place = entries.length;
      while (place > mark && entries[place - 1].at > at) place -= 1;
      const entry = { at, type, value, played: false };
      if (place === entries.length) entries.push(entry);
      else entries.splice(place, 0, entry);
      if (type === "event") waiting += 1;
      if (at > latest) latest = at;
      while (entries.length - head > most) dropOldest();
    },

    take() {
      const entry = entries[mark];
      if (!entry) return undefined;
      mark += 1;
      if (entry.type === "event") waiting -= 1;
      return entry;
    },

    // Puts the mark back to `at`. Returns how things stood then: the last graph and counts before it, and the
    // events since those counts, whose effect nobody had counted yet.
    rewind(at) {
      const state = { ...floor, since: [...floor.since] };
      let place = head;
      while (place < entries.length && entries[place].at < at) {
        const { type, value } = entries[place];
        if (type === "event") state.since.push(value);
        else state[type] = value;
        if (type === "counts") state.since = [];
        place += 1;
      }
      mark = place;
      waiting = 0;
      for (; place < entries.length; place += 1) waiting += entries[place].type === "event" ? 1 : 0;
      return state;
    },

    trim(at) {
      while (head < mark && entries[head].at < at - span) dropOldest();
    },
  };
}
