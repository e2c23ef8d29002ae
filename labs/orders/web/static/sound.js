// Two short notes for a new order. Browsers allow sound only after the first click or key on the page.

const KEY = "orders.muted";
let context = null;
let last = 0;

/** Whether the person switched the sound off; remembered between visits. */
export const muted = () => localStorage.getItem(KEY) === "yes";
export const setMuted = (yes) => localStorage.setItem(KEY, yes ? "yes" : "no");

/** Prepare the sound at the first gesture, when the browser allows it. */
export function allowSound() {
  const start = () => {
    context ??= new AudioContext();
    context.resume();
  };
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, start, { once: true });
}

/** Play, unless muted, not yet allowed, or just played: a hundred orders at once are one sound. */
export function ring() {
  const now = performance.now();
  if (muted() || context?.state !== "running" || now - last < 600) return false;
  last = now;
  note(880, 0);
  note(1174.7, 0.13);
  document.body.dataset.rang = String(Number(document.body.dataset.rang ?? 0) + 1);
  return true;
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
