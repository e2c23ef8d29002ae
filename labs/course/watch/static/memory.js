// What the model has heard, for a page that opens later than the first line (a cell that is busy sends lines
// before its output is drawn) and for a second view. Bounded; `seen` are those that some view has had.

const MOST_EVENTS = 8_000;

export function createMemory() {
  const lines = [];
  let events = 0;
  let seen = 0;
  return {
    keep(line, isSeen) {
      lines.push(line);
      events += 1 + (line.events?.length ?? 0);
      if (isSeen) seen = lines.length;
      let gone = 0;
      while (events > MOST_EVENTS && gone < lines.length - 1) events -= 1 + (lines[gone++].events?.length ?? 0);
      lines.splice(0, gone);
      seen = Math.max(0, seen - gone);
    },
    // The lines so far, in two parts: those that were seen, and those that nobody has seen.
    open() {
      const parts = { past: lines.slice(0, seen), unseen: lines.slice(seen) };
      seen = lines.length;
      return parts;
    },
  };
}
