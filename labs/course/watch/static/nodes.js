// A node: a focusable button in the drawing, with its box, its card and its badges. It is made once and then
// changed: who has the focus keeps it when the topology changes around it.

import { cardOf } from "./cards.js";
import { setPart, svgPart, textWidth } from "./parts.js";

const CORNER = { exchange: 13, queue: 8, group: 8 };
const LOW = { producer: 34, exchange: 40, queue: 56, consumer: 36, group: 56 }; // lower than this: one line, small type
const BADGE = 15; // the height of a badge: it sits on the upper edge of its node

export function createNode(id) {
  const ring = svgPart("rect", { class: "labs-ring", x: -5, y: -5 });
  const shade = svgPart("rect", { class: "labs-shade", y: 2 });
  const behind = svgPart("g", { class: "labs-behind" });
  const box = svgPart("rect", { class: "labs-box" });
  const face = svgPart("g", { class: "labs-face" });
  const part = svgPart("g", { class: "labs-node", tabindex: -1, role: "button" }, ring, shade, behind, box, face);
  let card = null;
  let drawn = "";
  let shown = ""; // the numbers that stand on it
  let flash = null;

  const node = {
    type: "node",
    id,
    part,
    data: null,
    words: "",
    now: {},
    from: {},
    to: {},
    leaving: false,
    apply() {
      const { x, y, w, h, o, s } = node.now;
      const at = s === 1 ? "" : ` translate(${w / 2} ${h / 2}) scale(${s}) translate(${-w / 2} ${-h / 2})`;
      setPart(part, "transform", `translate(${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100})${at}`);
      setPart(part, "opacity", o);
      const radius = CORNER[node.data.kind] ?? h / 2;
      for (const [rect, more] of [
        [box, 0],
        [shade, 0],
        [ring, 10],
      ]) {
        setPart(rect, "width", w + more);
        setPart(rect, "height", h + more);
        setPart(rect, "rx", radius + more / 2);
      }
    },
    // Takes the drawing's word for it: where to go, and what to show.
    become(data) {
      node.leaving = false;
      if (!node.data) Object.assign(node.now, { x: data.x, y: data.y, w: data.w, h: data.h, o: 0, s: 0.92 });
      node.to = { x: data.x, y: data.y, w: data.w, h: data.h, o: 1, s: 1 };
      node.data = data;
      part.removeAttribute("aria-hidden");
      const { x, y, ...looks } = data;
      const look = JSON.stringify(looks);
      if (look !== drawn) draw(data);
      drawn = look;
    },
    leave() {
      node.leaving = true;
      node.to = { ...node.now, o: 0, s: 0.96 };
      part.setAttribute("aria-hidden", "true");
    },
    // Shows the numbers; returns the sentence for the label.
    show(counts) {
      const sign = `${counts.queue}|${counts.holds}|${counts.unroutable}`;
      if (sign === shown && node.data.kind !== "group") return;
      shown = sign;
      const said = card.show(counts);
      node.words = said ? `${node.data.words}: ${said}` : node.data.words;
    },
    // A message has come or gone: a soft flash, not more often than one can see, in few steps: each is a repaint.
    bump() {
      if (flash?.playState === "running") return;
      flash = box.animate([{ strokeWidth: "4px" }, {}], { duration: 260, easing: "steps(4)" });
    },
    drop() {
      flash?.cancel();
      part.remove();
    },
  };

  function draw(data) {
    part.setAttribute("class", `labs-node is-${data.kind}${data.dead ? " is-dead" : ""}`);
    part.classList.toggle("is-low", data.h < LOW[data.kind]);
    card = cardOf(data);
    shown = "";
    face.replaceChildren(card.part);
    behind.replaceChildren(...(data.kind === "group" ? [8, 4].map((by) => stacked(data, by)) : []));
    card.show({});
    card.fit();
    if (data.h >= (LOW[data.kind] ?? 0)) badgeRow(face, data);
  }

  return node;
}

const stacked = ({ w, h }, by) =>
  svgPart("rect", { class: "labs-box", x: by, y: -by / 2 - 1, width: w - 2 * by, height: h, rx: 8 });

// As many badges as fit, from the right; the tooltip and the label have them all.
function badgeRow(face, { badges, w }) {
  const row = svgPart("g", { class: "labs-badges", "aria-hidden": "true" });
  face.append(row);
  let right = w - 10;
  for (const { mark } of [...badges].reverse()) {
    const rect = svgPart("rect", { class: "labs-badge", y: -BADGE / 2, height: BADGE, rx: 4.5 });
    const text = svgPart("text", { class: "labs-badge-text", y: 3.5 }, mark);
    row.append(rect, text);
    const wide = Math.max(BADGE, Math.ceil(textWidth(text, 6.3) + 9));
    if (right - wide < 8) {
      text.textContent = "…";
      text.setAttribute("x", right - 6);
      rect.remove();
      return;
    }
    text.setAttribute("x", right - wide / 2);
    rect.setAttribute("x", right - wide);
    rect.setAttribute("width", wide);
    right -= wide + 4;
  }
}
