// Two short notes for a new order: in one tab only, and not before the browser allows it.
//
// Browsers allow sound after the first click or key on the page. Until then the button says so.
import { recall, remember } from "./memory.js";

const MUTED = "orders.muted";
const RUNG = "orders.rung";
const QUIET_MS = 600; // a hundred orders at once are one sound

let context = null;
let last = -QUIET_MS;

/** Whether the person switched the sound off; remembered between visits, and the same in every tab. */
export const muted = () => recall(MUTED) === "yes";
const allowed = () => context?.state === "running";

/** Connect the button, and take the first gesture as the permission that it is. */
export function soundButton(button) {
  context = new AudioContext();
  const show = () => {
    const state = muted() ? "off" : allowed() ? "on" : "waiting";
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(state !== "off"));
    button.textContent = { on: "Sound on", off: "Sound off", waiting: "Sound: click to allow" }[state];
  };
  const start = (event) => { if (!button.contains(event.target)) context.resume(); };
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, start);
  context.addEventListener("statechange", show);
  button.addEventListener("click", async () => {
    const waiting = !muted() && !allowed();
    if (!waiting) remember(MUTED, muted() ? "no" : "yes");
    await context.resume();
    if (!muted()) play(); // so that one hears what was switched on
    show();
  });
  addEventListener("storage", show);
  show();
}

/** The feed's numbers go up to this one; should they have gone higher before, it is another database's feed. */
export function numbersUpTo(latest) {
  if (Number(recall(RUNG)) > latest) remember(RUNG, null);
}

/** Ring for notification `id`, unless muted, not yet allowed, just played, or another tab was first. */
export async function ring(id) {
  const now = performance.now();
  if (muted() || !allowed() || now - last < QUIET_MS) return;
  last = now;
  if (!await first(id)) return;
  play();
  document.body.dataset.rang = String(Number(document.body.dataset.rang ?? 0) + 1);
}

/** Whether no tab has rung for this one yet. The lock makes looking and writing one step. */
async function first(id) {
  const look = () => {
    if (Number(recall(RUNG)) >= id) return false;
    remember(RUNG, String(id));
    return true;
  };
  return navigator.locks ? navigator.locks.request(RUNG, look) : look();
}

function play() {
  note(880, 0);
  note(1174.7, 0.13);
}

function note(frequency, delay) {
  const start = context.currentTime + delay;
  const tone = new OscillatorNode(context, { type: "sine", frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.18, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0008, start + 0.35);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.4);
}
