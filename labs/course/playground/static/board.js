// The words as chips on two rows, the key's above, the pattern's below, and between them what took what.
// A grid does all the work: a step is as many columns wide as it took words, so nothing is measured, lines never
// cross, and the board is right before it is on the screen. Text is only ever put in as text.

import { markOf, visibleWord } from "./reading.js";

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export function createBoard(host) {
  const board = make("div", "board");
  board.tabIndex = 0; // a long key is scrolled, with the arrow keys too
  board.setAttribute("role", "img");
  host.append(board);
  let before = [];

  function show({ fault, found: { given, steps }, sentence }) {
    board.setAttribute("aria-label", `Word by word: ${sentence}`);
    board.replaceChildren(rowName("key", 1), rowName("pattern", 3));
    const now = [];
    let column = 2;
    for (const step of steps) {
      const width = Math.max(1, step.end - step.start);
      const drawn = drawStep(step, given, column, width);
      now.push(`${column} ${JSON.stringify(step)} ${given.slice(step.start, step.end).join(".")}`);
      if (before[now.length - 1] !== now.at(-1)) drawn.forEach((part) => part.classList.add("new"));
      board.append(...drawn);
      column += width;
    }
    if (!given.length && !fault) board.append(noWords(1));
    if (!steps.some((step) => step.word !== null) && !fault) board.append(noWords(3));
    before = now;
  }

  return { root: board, show };
}

function rowName(text, row) {
  return at(make("span", "row", text), row, 1, 1);
}

function noWords(row) {
  return at(make("span", "none", "(no words)"), row, 2, 1);
}

function at(element, row, column, width) {
  element.style.gridArea = `${row} / ${column} / auto / span ${width}`;
  return element;
}

// The chips of one step and the line between them.
function drawStep(step, given, column, width) {
  const kind = step.outcome;
  const parts = [];
  for (let word = step.start; word < step.end; word += 1) {
    parts.push(at(chip(given[word], kind, word < given.length - 1), 1, column + word - step.start, 1));
  }
  const link = make("span", `link ${kind}`);
  link.classList.toggle("wide", width > 1);
  link.classList.toggle("no-top", step.end === step.start);
  link.classList.toggle("no-bottom", step.word === null);
  link.append(make("span", "mark", markOf(step)));
  parts.push(at(link, 2, column, width));
  if (step.word !== null) parts.push(at(chip(step.word, kind, false), 3, column, width));
  return parts;
}

function chip(word, kind, dotted) {
  const shown = make("span", `chip ${kind}`);
  const text = make("span", word ? "word" : "word empty", visibleWord(word));
  text.title = word;
  shown.append(text);
  if (dotted) shown.append(make("span", "dot-after", "."));
  return shown;
}
