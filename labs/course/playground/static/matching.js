// A topic pattern against a key, word by word: labs/routing.py and labs/alignment.py a second time, so that the
// page answers while you type, also when the kernel is busy. tests/browser/test_playground.py runs thousands of
// pairs through both and wants the same steps and the same words.
// https://www.rabbitmq.com/tutorials/tutorial-five-python

const TOOK = new Set(["equal", "one", "many"]);

// The words between the dots. No letters: no words. One dot: two empty words.
export function wordsOf(text) {
  return text ? text.split(".") : [];
}

// For each number of pattern words used (0, 1, 2, …): how many words of the key they can have taken.
// Row by row, so that many # cost no more than their number; trying every split would take for ever.
function progressOf(asked, given) {
  const rows = [new Set([0])];
  for (const word of asked) {
    const before = rows.at(-1);
    const after = new Set();
    if (word === "#" && before.size) {
      for (let at = Math.min(...before); at <= given.length; at += 1) after.add(at);
    } else if (word !== "#") {
      for (const at of before) if (at < given.length && (word === "*" || word === given[at])) after.add(at + 1);
    }
    rows.push(after);
  }
  return rows;
}

// Read the key with the pattern, as far as it goes: {given, steps: [{word, outcome, start, end}], fits, why}.
// outcome: equal, one (*), many (#); stopped, left (no word of the pattern takes it), unasked (after the end).
export function alignWords(pattern, key) {
  const asked = wordsOf(pattern);
  const given = wordsOf(key);
  const rows = progressOf(asked, given);
  const used = rows.findLastIndex((row) => row.size > 0);
  let at = Math.max(...rows[used]);
  const steps = takenSteps(asked.slice(0, used), rows, at);
  const go = (word, outcome) => {
    const end = Math.min(at + 1, given.length);
    steps.push({ word, outcome, start: at, end });
    at = end;
  };
  if (used < asked.length) go(asked[used], "stopped");
  const rest = used < asked.length ? "unasked" : "left";
  for (const word of asked.slice(used + 1)) go(word, rest);
  while (at < given.length) go(null, rest);
  const fits = steps.every((step) => TOOK.has(step.outcome));
  return { given, steps, fits, why: whyOf(given, steps) };
}

// Walk back from the end: # took as many words as it could, any other word took one.
function takenSteps(asked, rows, end) {
  const steps = [];
  for (let used = asked.length - 1; used >= 0; used -= 1) {
    const word = asked[used];
    const start = word === "#" ? Math.min(...rows[used]) : end - 1;
    const outcome = word === "#" ? "many" : word === "*" ? "one" : "equal";
    steps.unshift({ word, outcome, start, end });
    end = start;
  }
  return steps;
}

// One line: what took what, or what stood in the way.
function whyOf(given, steps) {
  const quoted = (start, end) => `"${given.slice(start, end).join(".")}"`;
  const bad = steps.findIndex((step) => !TOOK.has(step.outcome));
  if (bad < 0) {
    return steps.map((step) => tookWords(step, quoted)).join(", ") || "no words on either side";
  }
  const { word, outcome, start, end } = steps[bad];
  const shown = word || '""';
  if (outcome === "left") return `nothing in the pattern takes ${quoted(start, given.length)}`;
  if (end > start) return `${quoted(start, end)} is not ${shown}`;
  if (steps[bad - 1]?.outcome === "many" && word !== "*") return `no ${shown} comes after what # may take`;
  return `no word is left for ${shown}`;
}

function tookWords({ word, outcome, start, end }, quoted) {
  if (outcome === "equal") return `${word} = ${word}`;
  return `${word} took ${end > start ? quoted(start, end) : "no word"}`;
}
