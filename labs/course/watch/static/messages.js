// The messages seen last, each with its steps, newest first seen last. Bounded: the oldest go, except the one that
// is followed. What has no message of its own (a dead letter or an expiry, inferred from counts) is a note here.

const MOST_MESSAGES = 200;
const MOST_STEPS = 40; // a redelivery loop keeps its first steps and its last ones

const bareName = (id) => String(id ?? "").replace(/^[a-z]:/, "");
export const nodeName = (id) => {
  const name = bareName(id);
  return name || (id === "x:" ? "the default exchange" : "");
};

const listed = (ids) => ids.map(nodeName).join(", ");

// A consumer's id is `c:<queue>:<name>`, and both may have colons of their own.
export const consumerName = (id, queue) => {
  const prefix = `c:${bareName(queue)}:`;
  return id.startsWith(prefix) ? id.slice(prefix.length) : nodeName(id);
};

// The newest death that x-death tells: [queue, reason], or null. The broker puts the newest first.
export function deathOf(about) {
  const deaths = about?.headers?.["x-death"];
  const death = Array.isArray(deaths) ? deaths[0] : null;
  return death && typeof death === "object" ? [String(death.queue ?? "?"), String(death.reason ?? "?")] : null;
}

// What one event says, in words: {word, words, inferred, node}. `word` is the one that stands beside the dot.
export function wordsOf(event) {
  const { kind, n, queue, to, exchange, reason } = event;
  const many = n > 1 ? `${n} × ` : "";
  const said = (word, words, node, inferred = false) => ({ word, words: `${many}${words}`, node, inferred });
  if (kind === "publish") {
    const way = `${nodeName(event.from)} → ${nodeName(exchange)}`;
    if (event.lost) return said("unroutable", `${way}: no queue took it`, exchange);
    return said("published", `${way} → ${listed(event.queues)}`, exchange);
  }
  if (kind === "deliver") {
    const way = `${nodeName(queue)} → ${consumerName(to, queue)}`;
    return said(event.again ? "redelivered" : "delivered", way, to);
  }
  const way = `${nodeName(queue)} → ${nodeName(to)}`;
  if (kind === "dead") return said("dead-lettered", reason ? `${way}: ${reason}` : way, to, true);
  return said("gone", `from ${nodeName(queue)}: ${reason ?? "expired, dropped, refused or purged"}`, queue, true);
}

// The steps of one message as its journey tells them: a publish is two (sent, and routed), and a delivery from a
// queue that it was not routed to has a death before it that nobody saw.
export function stepsOf(event, at, earlier) {
  const { kind, about, queue } = event;
  const { word, words, node } = wordsOf(event);
  const why = about?.why;
  if (kind === "publish") {
    const words = `by ${nodeName(event.from)} to ${nodeName(event.exchange)}`;
    const sent = { at, word: "published", words, node: event.from };
    if (event.lost) return [sent, { at, word, words: "no queue took it", node, why }];
    return [sent, { at, word: "routed", words: `to ${listed(event.queues)}`, node, why }];
  }
  if (kind === "dead") return [{ at, word, words, node, inferred: true, death: event.to }];
  if (kind !== "deliver") return [{ at, word, words, node, inferred: true }];
  const step = { at, word, words: `from ${nodeName(queue)} to ${consumerName(event.to, queue)}`, node };
  const death = deathOf(about);
  if (!death || earlier.some((past) => past.death === queue)) return [step];
  const died = `from ${death[0]} to ${nodeName(queue)}: ${death[1]}`;
  return [{ at, word: "dead-lettered", words: died, node: queue, inferred: true, death: queue, by: true }, step];
}

export function createMessages({ faces, keep = () => null }) {
  const known = new Map(); // in the order of first sight
  let notes = 0;
  let version = 0;

  function forgetOldest() {
    for (const id of known.keys()) {
      if (known.size <= MOST_MESSAGES) return;
      if (id !== keep()) known.delete(id);
    }
  }

  return {
    get version() {
      return version;
    },
    get size() {
      return known.size;
    },
    get: (id) => known.get(id),
    latest: (most) => [...known.values()].slice(-most).reverse(),
    note(event, at) {
      version += 1;
      const id = event.message ?? `note ${(notes += 1)}`;
      let message = known.get(id);
      if (!message) {
        const key = event.about?.key ?? null;
        const name = event.about?.id ?? null;
        message = { id, key, name, face: faces.ofEvent(event), n: event.n, steps: [], state: null, event };
        known.set(id, message);
        forgetOldest();
      }
      const steps = stepsOf(event, at, message.steps);
      message.steps.push(...steps);
      if (message.steps.length > MOST_STEPS) message.steps.splice(MOST_STEPS / 2, message.steps.length - MOST_STEPS);
      message.state = wordsOf(event);
      message.event = event;
      message.seen = at;
    },
  };
}
