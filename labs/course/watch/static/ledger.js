// Numbers on the screen that are true at rest. The broker's counts are exact, and ahead of the dots: a message
// that is in its queue already may still be on its way here. So each number is the last exact one, minus what
// the dots have yet to do (`planned`), plus what they have done since. When nothing flies, that is the exact one.

const book = () => new Map();

function entryOf(map, id) {
  let entry = map.get(id);
  if (!entry) map.set(id, (entry = { value: 0, planned: 0, exact: true }));
  return entry;
}

// How many deliveries each consumer may hold, and all consumers of a queue together; without a limit, no entry.
export function prefetchOf(graph) {
  const most = new Map();
  for (const { id, kind, prefetch, auto_ack: auto } of graph.nodes)
    if (kind === "consumer" && prefetch && !auto) most.set(id, prefetch);
  const queues = new Map();
  for (const { kind, source, target } of graph.edges)
    if (kind === "consume") queues.set(source, (queues.get(source) ?? 0) + (most.get(target) ?? Infinity));
  return new Map([...most, ...queues]);
}

export function createLedger() {
  const books = { ready: book(), unacked: book(), held: book() };
  let last = null;
  let dirty = false;
  let limits = new Map(); // consumer → its prefetch, queue → that of all its consumers
  const left = new Set(); // consumers that no longer hold anything

  // An ack is not traced. But whoever gets one more than its prefetch has acknowledged one: the dots know that
  // before the next exact count does.
  const within = (id, shownNow, exact) => Math.min(shownNow, Math.max(limits.get(id) ?? Infinity, exact ?? 0));

  function setExact(map, id, count, exact = true) {
    const entry = entryOf(map, id);
    const value = count - entry.planned;
    if (entry.value !== value || entry.exact !== exact) dirty = true;
    [entry.value, entry.exact, entry.listed] = [value, exact, true];
  }

  const shown = (entry) => Math.max(0, entry?.value ?? 0);

  return {
    get dirty() {
      return dirty;
    },
    ready: (queue) => shown(books.ready.get(queue)),
    // What the queue on the screen still has to give, besides what is already promised.
    spare(queue) {
      const entry = books.ready.get(queue);
      return entry ? entry.value + Math.min(0, entry.planned) : 0;
    },
    plan(name, id, change) {
      entryOf(books[name], id).planned += change;
    },
    done(name, id, change) {
      entryOf(books[name], id).planned -= change;
      this.move(name, id, change);
    },
    move(name, id, change) {
      entryOf(books[name], id).value += change;
      dirty = true;
    },
    exact(counts) {
      last = counts;
      for (const map of Object.values(books)) for (const entry of map.values()) entry.listed = false;
      for (const [queue, [ready, unacked]] of Object.entries(counts.queues ?? {})) {
        setExact(books.ready, queue, ready);
        setExact(books.unacked, queue, unacked);
      }
      for (const [consumer, [held, exact]] of Object.entries(counts.holds ?? {}))
        setExact(books.held, consumer, held, exact);
      // A queue that is gone takes its numbers with it; one that dots are on their way to keeps them.
      for (const map of Object.values(books))
        for (const [id, entry] of map)
          if (!entry.listed && !entry.planned) {
            map.delete(id);
            if (map === books.held) left.add(id);
          }
    },
    limit(next) {
      limits = next;
    },
    // Nothing flies and nothing comes: what the broker said last is what stands.
    settle() {
      for (const map of Object.values(books)) for (const entry of map.values()) entry.planned = 0;
      if (last) this.exact(last);
    },
    // Back to an older time.
    reset(counts) {
      for (const map of Object.values(books)) map.clear();
      last = null;
      dirty = true;
      if (counts) this.exact(counts);
    },
    // For the stage: {queues: {id: [ready, unacked]}, holds: {id: [held, exact]}}.
    read() {
      dirty = false;
      const queues = {};
      for (const [id, entry] of books.ready)
        queues[id] = [shown(entry), within(id, shown(books.unacked.get(id)), last?.queues?.[id]?.[1])];
      const holds = {};
      for (const id of left) holds[id] = [0, true];
      left.clear();
      for (const [id, entry] of books.held)
        if (entry.listed) holds[id] = [within(id, shown(entry), last?.holds?.[id]?.[0]), entry.exact];
      return { queues, holds };
    },
  };
}
