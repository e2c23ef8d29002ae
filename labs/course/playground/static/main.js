// The page of the playground: what is typed is read at once, here; what is published goes to the kernel and comes
// back as the broker's answer. The kernel hears nothing while a cell runs, and then the page says so.

import { createBoard, make } from "./board.js";
import { bytesOf, MOST_BYTES, readPair } from "./reading.js";
import { createTrip } from "./trip.js";

const SAY_WAITING_MS = 400;
const GIVE_UP_MS = 15000;
const ANNOUNCE_MS = 600;
const WAITING = "Waiting for the kernel: it is busy with a cell. The key goes out as soon as the kernel is free.";
const ASKING = "Asking the broker…";
const NOBODY = "The kernel has not answered. If it was restarted, run this cell again.";

function render({ model, el, signal }) {
  const root = make("section", "labs-playground");
  root.setAttribute("aria-label", "Routing-key playground");
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's shortcuts must not take our Enter, Escape and arrows
  const ask = make("div", "ask");
  const key = field(ask, "Routing key");
  const pattern = field(ask, "Pattern");
  const button = make("button", "publish", "Publish");
  button.type = "button";
  button.title = "Publish the key through the broker (Enter)";
  ask.append(button);
  const tries = make("div", "tries");
  tries.setAttribute("role", "group");
  tries.setAttribute("aria-label", "Examples");
  tries.append(make("span", "", "Try:"), ...model.get("examples").map(example));
  root.append(ask, tries);
  const board = createBoard(root);
  const paper = line(root, "paper");
  const trip = createTrip(root, model.get("names"));
  const broker = line(root, "broker");
  const spoken = make("p", "spoken");
  spoken.setAttribute("role", "status"); // polite: a screen reader says it when you stop typing
  root.append(spoken);
  el.append(root);
  let bound = null;
  let pending = false;
  let timers = [];
  let announcing = 0;

  function read() {
    const reading = readPair(key.input.value, pattern.input.value);
    for (const each of [key, pattern]) each.size();
    board.show(reading);
    paper.say(reading.fits ? "yes" : "no", `On paper ${reading.sentence}`, reading.notes);
    trip.plan(pattern.input.value, bound === pattern.input.value);
    return reading;
  }

  function typed() {
    const { sentence, notes } = read();
    if (!pending) hush();
    announce([sentence, ...notes].join(" "), ANNOUNCE_MS);
    if (/\p{Surrogate}/u.test(key.input.value + pattern.input.value)) return; // no message could carry it
    model.set({ key: key.input.value, pattern: pattern.input.value });
    model.save_changes();
  }

  function changed() {
    if (key.input.value === model.get("key") && pattern.input.value === model.get("pattern")) return;
    key.input.value = model.get("key");
    pattern.input.value = model.get("pattern");
    read();
  }

  function example({ label, key: text, pattern: other }) {
    const choose = make("button", "try", label);
    choose.type = "button";
    choose.addEventListener("click", () => {
      key.input.value = text;
      pattern.input.value = other;
      typed();
    });
    return choose;
  }

  function publish() {
    if (pending) return;
    if (/\p{Surrogate}/u.test(key.input.value + pattern.input.value)) {
      tell("no", `Nothing was sent. ${read().fault}`);
      return;
    }
    hush();
    trip.wait();
    pend(true);
    timers = [
      setTimeout(() => tell("wait", WAITING), SAY_WAITING_MS),
      setTimeout(() => tell("no", NOBODY), GIVE_UP_MS),
      setTimeout(() => pend(false), GIVE_UP_MS),
      setTimeout(trip.giveUp, GIVE_UP_MS),
    ];
    model.send({ do: "publish", key: key.input.value, pattern: pattern.input.value });
  }

  async function hear(message) {
    timers.forEach(clearTimeout);
    if (message.type === "heard" && pending) {
      timers = [setTimeout(() => tell("wait", ASKING), SAY_WAITING_MS)];
    } else if (message.type === "answer") {
      const answer = message.answer;
      hush();
      pend(false);
      if (answer.count !== null) bound = answer.pattern;
      read();
      await trip.fly(answer.outcome, answer.count);
      if (!pending) judge(answer);
    }
  }

  // The broker's word, beside what paper said about this very pair.
  function judge(answer) {
    const arrived = answer.outcome === "arrived";
    const same = answer.key === key.input.value && answer.pattern === pattern.input.value;
    const about = same ? "" : `(${answer.key} with ${answer.pattern}) `;
    const notes = [answer.hint].filter(Boolean);
    if (answer.count !== null && arrived !== readPair(answer.key, answer.pattern).fits) {
      notes.unshift("Paper and broker disagree. The broker is right: please report this pair.");
    }
    tell(arrived ? "yes" : "no", `The broker: ${arrived ? "✓" : "✗"} ${about}${answer.text}`, notes);
  }

  function tell(state, text, notes = []) {
    broker.say(state, text, notes);
    announce([text, ...notes].join(" "), 0);
  }

  function announce(text, after) {
    clearTimeout(announcing);
    announcing = setTimeout(() => { spoken.textContent = text; }, after);
  }

  function hush() {
    broker.say("", "", []);
    trip.clear();
  }

  function pend(is) {
    pending = is;
    button.setAttribute("aria-disabled", String(is));
  }

  for (const each of [key, pattern]) each.input.addEventListener("input", typed);
  button.addEventListener("click", publish);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hush();
    // One press, one message; and not the Enter that ends the spelling of a Japanese word.
    if (event.key === "Enter" && event.target.matches("input") && !event.repeat && !event.isComposing) publish();
  });
  model.on("change:key change:pattern", changed);
  model.on("msg:custom", hear);
  signal?.addEventListener("abort", () => {
    [...timers, announcing].forEach(clearTimeout);
    model.off("change:key change:pattern", changed);
    model.off("msg:custom", hear);
  });
  changed();
  const last = model.get("answer");
  if (typeof last.count === "number") {
    bound = last.pattern;
    trip.setCount(last.count);
    judge(last);
  }
  read();
}

function field(ask, name) {
  const label = make("label", "", name);
  const input = make("input");
  Object.assign(input, { type: "text", spellcheck: false, autocomplete: "off" });
  input.setAttribute("autocapitalize", "off");
  const bytes = make("small", "bytes");
  label.append(input, bytes);
  ask.append(label);
  const size = () => {
    const number = bytesOf(input.value);
    bytes.textContent = `${number} of ${MOST_BYTES} bytes`;
    input.setAttribute("aria-invalid", String(number > MOST_BYTES));
  };
  return { input, size };
}

function line(root, kind) {
  const box = make("div", `line ${kind}`);
  root.append(box);
  const say = (state, text, notes) => {
    box.dataset.state = state;
    box.replaceChildren(...[make("p", "", text), ...notes.map((note) => make("p", "note", note))].filter((p) => p.textContent));
  };
  return { say };
}

export default { render };
