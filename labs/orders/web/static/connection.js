// The connection as it is: to the shop, and the shop's own to the broker.
import { clock, say } from "./text.js";

const byId = (id) => document.getElementById(id);
let since = null;
let told = {};

/** `state` is "connecting", "live" or "lost". The moment of a loss is kept until it is over. */
export function showState(state) {
  const pill = byId("connection");
  if (state === "lost") since ??= new Date();
  if (state === "live") since = null;
  if (state !== "live") told = {}; // what we knew about the broker is old news now
  pill.dataset.state = state;
  showPill();
  if (state === "lost") {
    notice("bad", `No connection to the shop since ${clock(since)}. It tries again by itself, and whatever happens meanwhile will appear here.`);
  } else if (told.broker !== false) notice(null);
}

/** The pulse: whether the shop has its broker, and how many events wait in the outbox. */
export function showPulse(pulse) {
  told = pulse;
  showPill();
  notice("warn", pulse.broker ? null : `The broker is away. Orders are still taken; ${waiting(pulse.waiting)} here when it is back.`);
}

function showPill() {
  const pill = byId("connection");
  const words = { connecting: "Connecting…", live: "Live", lost: since && `Lost since ${clock(since)}` };
  const state = told.broker === false ? "Broker away" : words[pill.dataset.state];
  pill.classList.toggle("away", told.broker === false);
  const text = told.waiting ? `${state} · ${told.waiting} waiting` : state;
  if (pill.textContent !== text) pill.textContent = text; // a screen reader reads every change
}

function notice(kind, sentence) {
  const node = byId("notice");
  if (node.textContent === (sentence ?? "")) return;
  node.dataset.kind = kind;
  say(node, sentence);
}

function waiting(events) {
  if (!events) return "they will appear";
  return events === 1 ? "1 event waits in the outbox and will appear" : `${events} events wait in the outbox and will appear`;
}
