// The last messages as a list: for choosing one to follow, and for whoever cannot point at a dot. Fifty rows are
// made once and filled again and again. While somebody is in the list it stays as it is; newer ones are counted.

import { htmlPart, setPart, setText } from "./parts.js";
import { facePart, wordPart } from "./panel.js";

const ROWS = 50;
const NONE = "No message yet. Publish one, and it stands here.";
const UNSEEN = "Single messages cannot be seen here, only how many each queue has.";
let feeds = 0;

function makeRow(id) {
  const face = facePart(null);
  const key = htmlPart("span", { class: "labs-row-key" });
  const name = htmlPart("span", { class: "labs-row-name" });
  const state = htmlPart("span", { class: "labs-row-state" });
  const part = htmlPart("div", { class: "labs-row", role: "option", id, hidden: true }, face, key, name, state);
  return { part, face, key, name, state, message: null, word: "" };
}

function fill(row, message, followed) {
  row.message = message;
  row.part.hidden = !message;
  if (!message) return;
  const { face, state, n } = message;
  const many = n > 1 && message.key !== null;
  setText(row.face, face ? face.letter || "×" : "–");
  row.face.style.setProperty("--labs-key-colour", face?.colour ?? "#64748b");
  setText(row.key, many ? `${n} messages` : (message.key ?? state.words));
  setText(row.name, many ? `first: ${message.key} ${message.name ?? ""}` : (message.name ?? ""));
  if (row.word !== state.word) row.state.replaceChildren(wordPart(state.word));
  row.word = state.word;
  setPart(row.part, "title", `${state.word}: ${state.words}`);
  setPart(row.part, "aria-selected", message.id === followed);
}

export function createFeed({ onChoose, onLook }) {
  const prefix = `labs-feed-${(feeds += 1)}`;
  const rows = Array.from({ length: ROWS }, (_, i) => makeRow(`${prefix}-${i}`));
  const hint = htmlPart("p", { class: "labs-hint" }, NONE);
  const newer = htmlPart("span", { class: "labs-newer" });
  const box = { class: "labs-rows", role: "listbox", tabindex: 0, "aria-label": "Last messages" };
  const list = htmlPart("div", box, ...rows.map(({ part }) => part));
  const title = htmlPart("h4", {}, "Messages ", newer);
  const part = htmlPart("section", { class: "labs-pane labs-feed", "aria-label": "Messages" }, title, hint, list);
  let active = null; // the id of the message that the keyboard is on
  let version = -1;
  let latest = null;

  const held = () => list.matches(":hover") || list === list.getRootNode().activeElement;
  const rowOf = (id) => rows.find(({ message }) => message && message.id === id);

  // New messages take the lowest rows and these go to the top: the others stay as they are, and cost nothing.
  function turn(found) {
    const more = rows[0].message ? found.findIndex(({ id }) => id === rows[0].message.id) : 0;
    for (let i = 0; i < more; i += 1) {
      const row = rows.pop();
      rows.unshift(row);
      list.prepend(row.part);
    }
  }

  function point(row) {
    active = row?.message.id ?? null;
    for (const each of rows) each.part.classList.toggle("is-active", each === row);
    if (row) setPart(list, "aria-activedescendant", row.part.id);
    else list.removeAttribute("aria-activedescendant");
    row?.part.scrollIntoView({ block: "nearest" });
    onLook(row?.message ?? null);
  }

  list.addEventListener("keydown", (event) => {
    const visible = rows.filter(({ message }) => message);
    const here = visible.indexOf(rowOf(active));
    const to = { ArrowDown: here + 1, ArrowUp: Math.max(0, here - 1), Home: 0, End: visible.length - 1 }[event.key];
    if (to !== undefined && visible.length) point(visible[Math.min(to, visible.length - 1)]);
    else if ((event.key === "Enter" || event.key === " ") && here >= 0) onChoose(visible[here].message);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const row = rows.find(({ part: each }) => each === event.target.closest(".labs-row"));
    if (row?.message) {
      point(row);
      onChoose(row.message);
    }
  });
  list.addEventListener("focus", () => point(rowOf(active) ?? rows.find(({ message }) => message)));
  list.addEventListener("blur", () => onLook(null));
  list.addEventListener("pointerover", (event) => {
    const row = rows.find(({ part: each }) => each === event.target.closest?.(".labs-row"));
    if (row?.message) onLook(row.message);
  });
  list.addEventListener("pointerleave", () => onLook(null));

  return {
    part,
    polling(on) {
      setText(hint, on ? UNSEEN : NONE);
    },
    show(messages, followed) {
      if (messages.version === version && followed === latest) return;
      if (held() && rows[0].message) {
        const more = messages.latest(ROWS).findIndex(({ id }) => id === rows[0].message.id);
        setText(newer, more > 0 ? `${more} newer` : more < 0 ? `${ROWS} or more newer` : "");
        for (const row of rows) fill(row, row.message, followed);
        latest = followed;
        return;
      }
      [version, latest] = [messages.version, followed];
      setText(newer, "");
      const found = messages.latest(ROWS);
      turn(found);
      rows.forEach((row, i) => fill(row, found[i] ?? null, followed));
      hint.hidden = found.length > 0;
      for (const row of rows) row.part.classList.toggle("is-active", Boolean(active) && row.message?.id === active);
    },
  };
}
