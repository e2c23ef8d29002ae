// One order, once, however often it has to be sent.
//
// Who gets no answer cannot know whether the order was taken. So each order gets a key when it is first sent, and keeps
// it when the very same order is sent again: the server recognises it and answers with the order it already has.
import { ask } from "./api.js";
import { recall, remember, tab } from "./memory.js";

const KEPT = "shop.attempt";
const PAUSES_MS = [1000, 2000, 4000];
const AWAY = [0, 502, 503, 504]; // no answer, or one that says: try again soon

/** A key that was never used before. `randomUUID` is there on localhost and https only. */
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key of this order: the one under which it was sent before, in this tab, without a clear answer; else a new one. */
function keyOf(text) {
  const kept = JSON.parse(recall(KEPT, tab) ?? "{}");
  if (kept.text === text) return kept.key;
  const key = newKey();
  remember(KEPT, JSON.stringify({ text, key }), tab);
  return key;
}

const later = (delay) => new Promise((resolve) => { setTimeout(resolve, delay); });

/** Send the order; try again by itself while the shop is away, and call `waiting` before each new attempt. */
export async function sendOrder(order, waiting) {
  const key = keyOf(JSON.stringify(order));
  const send = () => ask("POST", "/api/algeria-orders", order, { "Idempotency-Key": key });
  let answer = await send();
  for (const pause of PAUSES_MS) {
    if (!AWAY.includes(answer.status)) break;
    waiting();
    await later(pause);
    answer = await send();
  }
  if (answer.ok || answer.status === 422) remember(KEPT, null, tab); // settled: the next order is another one
  return answer;
}
