// What one message is made of, or what is known about a lane or a part: key, headers, body, and why it went there.

import { htmlPart } from "./parts.js";
import { facePart, wordPart } from "./panel.js";
import { wordsOf } from "./messages.js";

const NOTHING =
  "Point at a dot, a lane or a part, or walk to it with the keyboard: key, headers, body, and why it went there.";
const MOST_FIELDS = 30;

const valueText = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function fieldsPart(fields) {
  const names = Object.keys(fields);
  const list = htmlPart("dl", { class: "labs-fields" });
  const add = (name, value) => list.append(htmlPart("dt", {}, name), htmlPart("dd", {}, value));
  for (const name of names.slice(0, MOST_FIELDS)) add(name, valueText(fields[name]));
  if (names.length > MOST_FIELDS) add("…", `and ${names.length - MOST_FIELDS} more`);
  return list;
}

const titled = (title, ...parts) => [htmlPart("h5", {}, title), ...parts];

function bodyPart({ body = "", bytes = 0 }) {
  const size = bytes > new TextEncoder().encode(body).length ? `Body, the beginning of ${bytes} bytes` : `Body, ${bytes} bytes`;
  return titled(size, htmlPart("pre", { class: "labs-body" }, body));
}

function messageParts(event, faces) {
  const { word, words, inferred } = wordsOf(event);
  const { about, n } = event;
  const happened = htmlPart("p", { class: "labs-happened" }, wordPart(word, inferred), ` ${words}`);
  if (!about) return [happened];
  const { key, id, why = [], headers, properties } = about;
  const name = htmlPart("span", { class: "labs-row-name" }, id ?? "");
  const who = htmlPart("div", { class: "labs-who" }, facePart(faces.of(key)), htmlPart("strong", {}, key || "(empty key)"), name);
  const first = htmlPart("p", { class: "labs-happened" }, `The first of these ${n}:`);
  const parts = n > 1 ? [happened, first, who] : [who, happened];
  const lines = why.map((line) => htmlPart("li", {}, line));
  if (lines.length) parts.push(...titled("Why", htmlPart("ul", { class: "labs-why" }, ...lines)));
  if (Object.keys(headers ?? {}).length) parts.push(...titled("Headers", fieldsPart(headers)));
  parts.push(...bodyPart(about));
  if (Object.keys(properties ?? {}).length) parts.push(...titled("Properties", fieldsPart(properties)));
  return parts;
}

// What a lane or a part of the topology has seen; `what` is what the stage says it is.
function placeParts({ type, data }, { last, keys }, total, faces) {
  const parts = [htmlPart("div", { class: "labs-who" }, htmlPart("strong", {}, data.words ?? data.id))];
  if (type === "edge") {
    const { n = 0 } = total ?? {};
    parts.push(htmlPart("p", { class: "labs-happened" }, n === 1 ? "1 message went along it." : `${n} messages went along it.`));
  }
  if (keys.size) {
    const chips = [...keys].map((key) => htmlPart("li", {}, facePart(faces.of(key)), key));
    const title = data.patterns?.length ? "Keys that it matched" : "Keys seen here";
    parts.push(...titled(title, htmlPart("ul", { class: "labs-seen" }, ...chips)));
  }
  if (last) parts.push(...titled("The last message here"), ...messageParts(last, faces));
  return parts;
}

export function createDetails({ faces }) {
  const content = htmlPart("div", { class: "labs-details-content" });
  const title = htmlPart("h4", {}, "Details");
  const part = htmlPart("section", { class: "labs-pane labs-details", "aria-label": "Details" }, title, content);
  const nothing = htmlPart("p", { class: "labs-hint" }, NOTHING);
  let [drawn, subject] = [undefined, undefined];

  // `look` says what is to be seen of the subject: with a new look it is drawn again, with a new subject from its top.
  function put(next, look, parts) {
    if (look === drawn) return;
    content.replaceChildren(...parts());
    if (next !== subject) part.scrollTop = 0;
    [drawn, subject] = [look, next];
  }

  return {
    part,
    none: () => put(null, null, () => [nothing]),
    message: (event) => put(event, event, () => messageParts(event, faces)),
    place(what, sight, total) {
      const look = `${what.id} ${total?.n ?? 0} ${sight.keys.size} ${sight.last?.at ?? ""}`;
      put(what.id, look, () => placeParts(what, sight, total, faces));
    },
  };
}
