// What stands on a node, kind by kind. A card is {part, show(counts) → words}: `show` draws the numbers and says
// them as well, because whoever cannot see the bar hears the label. Low nodes (many in a column) get one line.

import { iconOf } from "./icons.js";
import { fillBar, pipRow } from "./meters.js";
import { counted, fitText, setText, shortCount, svgPart, textWidth } from "./parts.js";

const PAD = 14;

const textPart = (name, x, y, text = "", anchor = null) =>
  svgPart("text", { class: name, x, y, "text-anchor": anchor }, text);

function producerCard(node) {
  const { w, h } = node;
  const name = textPart("labs-name is-light", PAD + 2, h / 2 + 4.5);
  const part = svgPart("g", {}, name, iconOf("producer", w - 27, h / 2 - 8));
  return { part, fit: () => fitText(name, node, w - 2 * PAD - 18), show: () => "" };
}

function exchangeCard(node) {
  const { w, h } = node;
  const tile = h >= 40 ? 28 : 20;
  const x = (h >= 40 ? 10 : 8) + tile + 10;
  const top = (h - tile) / 2;
  const name = textPart("labs-name", x, h >= 40 ? h / 2 - 2.5 : h / 2 + 4.5);
  const part = svgPart(
    "g",
    {},
    svgPart("rect", { class: "labs-tile", x: x - tile - 10, y: top, width: tile, height: tile, rx: 8 }),
    iconOf(node.type, x - tile - 10 + tile * 0.2, top + tile * 0.2, tile * 0.6),
    name,
  );
  if (h >= 40) part.append(textPart("labs-small", x, h / 2 + 13, node.type));
  // Messages that no queue took: they fall out of the exchange, and here is how many.
  const lost = textPart("labs-lost-text", w / 2, h + 4.5, "", "middle");
  const fallen = svgPart(
    "g",
    { class: "labs-lost", hidden: true },
    svgPart("rect", { class: "labs-lost-box", rx: 8, height: 16, y: h - 7.5 }),
    lost,
  );
  part.append(fallen);
  return {
    part,
    fit: () => fitText(name, node, w - x - 10),
    show({ unroutable = 0 }) {
      fallen.toggleAttribute("hidden", !unroutable);
      setText(lost, `✕ ${shortCount(unroutable)}`);
      const wide = 18 + 7 * lost.textContent.length;
      fallen.firstChild.setAttribute("width", wide);
      fallen.firstChild.setAttribute("x", (w - wide) / 2);
      return unroutable ? `${unroutable} unroutable` : "";
    },
  };
}

// Low: one line, figures at its end. High: the name, then the figures with their words, then the bar.
function queueCard(node) {
  const { w, h, limit } = node;
  const low = h < 56;
  const middle = h / 2;
  const room = w - 2 * PAD;
  const name = textPart("labs-name", PAD, low ? middle + 2 : middle - 10.5);
  const [ready, most, unit] = ["labs-ready", "labs-limit", "labs-unit"].map((kind) =>
    svgPart("tspan", { class: kind }),
  );
  const figures = svgPart("text", { class: "labs-figures", x: PAD, y: middle + 9 }, ready, most, unit);
  const unacked = svgPart("text", {
    class: "labs-unacked",
    x: w - PAD,
    y: low ? middle + 2 : middle + 9,
    "text-anchor": "end",
  });
  const bar = fillBar({ x: PAD, y: low ? h - 8 : middle + 16.5, width: room, height: low ? 3.5 : 8, limit });
  const fit = () => fitText(name, node, low ? room - 10 - textWidth(unacked, 7) : room);
  let wordy = true; // "3 ready", while there is room for the words
  let lengths = ""; // measuring is slow, and figures are equally wide: only a longer number needs it
  return {
    part: svgPart("g", {}, name, low ? "" : figures, unacked, bar.part),
    fit,
    show({ queue = [0, 0] }) {
      const fill = bar.show(...queue);
      const [waiting, held] = queue.map(shortCount);
      const of = limit ? `/${shortCount(limit)}` : "";
      const now = `${waiting.length} ${queue[1] ? held.length : 0}`;
      if (low) setText(unacked, `${waiting}${of}${queue[1] ? ` +${held}` : ""}`);
      else {
        setText(ready, waiting);
        setText(most, of);
        if (now !== lengths) {
          setText(unit, " ready");
          setText(unacked, queue[1] ? `${held} unacked` : "");
          wordy = !queue[1] || textWidth(figures) + textWidth(unacked) <= room - 6;
        }
        setText(unit, wordy ? " ready" : "");
        setText(unacked, queue[1] ? (wordy ? `${held} unacked` : `+${held}`) : "");
      }
      if (low && now !== lengths) fit();
      lengths = now;
      const near = fill.full ? `, at its limit of ${limit}` : fill.near ? `, near its limit of ${limit}` : "";
      return `${queue[0]} ready, ${queue[1]} unacknowledged${near}`;
    },
  };
}

function consumerCard(node) {
  const { w, h, prefetch } = node;
  const roomy = h >= 30;
  const x = 36;
  const name = textPart("labs-name is-light", x, roomy ? h / 2 - 1.5 : h / 2 + 4.5);
  const part = svgPart("g", {}, iconOf("consumer", 12, h / 2 - 8), name);
  const pips = prefetch && roomy ? pipRow({ x, y: h / 2 + 5, prefetch, room: w - x - 12 }) : null;
  const note = pips || !roomy ? null : textPart("labs-small", x, h / 2 + 11);
  part.append(...[pips?.part, note].filter(Boolean));
  return {
    part,
    fit: () => fitText(name, node, w - x - PAD),
    show({ holds }) {
      if (node.auto_ack) {
        if (note) setText(note, "auto-ack");
        return "automatic acknowledgement, holds nothing";
      }
      const [held, exact] = holds ?? [0, true];
      pips?.show(held, exact);
      if (note) setText(note, holds ? `${exact ? "" : "≈ "}${shortCount(held)} held` : "no prefetch limit");
      return `holds ${exact ? "" : "about "}${held}${prefetch ? ` of ${prefetch}` : ", no prefetch limit"}`;
    },
  };
}

function groupCard(node) {
  const { w, h } = node;
  const members = counted(node.members.length, "queue");
  const roomy = h >= 56;
  const name = textPart("labs-name", PAD, roomy ? h / 2 - 4 : h / 2 + 4.5);
  const note = textPart("labs-small", roomy ? PAD : w - 38, roomy ? h / 2 + 14 : h / 2 + 4.5, "", roomy ? null : "end");
  const part = svgPart("g", {}, name, note, iconOf("plus", w - 30, h / 2 - 8));
  return {
    part,
    fit: () => fitText(name, node, roomy ? w - 2 * PAD - 24 : w - PAD - 110),
    show({ queues = {} }) {
      let [ready, unacked] = [0, 0];
      for (const id of node.members) {
        ready += queues[id]?.[0] ?? 0;
        unacked += queues[id]?.[1] ?? 0;
      }
      setText(
        note,
        ready + unacked ? `${members} · ${shortCount(ready)}${unacked ? ` +${shortCount(unacked)}` : ""}` : members,
      );
      return `${members}, ${ready} ready, ${unacked} unacknowledged in all; press Enter to open`;
    },
  };
}

const CARDS = {
  producer: producerCard,
  exchange: exchangeCard,
  queue: queueCard,
  consumer: consumerCard,
  group: groupCard,
};

export const cardOf = (node) => (CARDS[node.kind] ?? producerCard)(node);
