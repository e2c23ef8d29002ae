// A lane: the line that messages travel on, its pattern as a chip, and its total. Like a node it is made once
// and then changed. Its line morphs while the new path has the same commands as the old one; else they cross-fade.

import { measurePath, parsePath, pointAlong, writePath } from "./lanes.js";
import { counted, setPart, setText, shortCount, svgPart, textWidth } from "./parts.js";

const CHIP = 15; // height of a chip: lanes are 16 apart where they end
const THICK_FROM = 100; // messages per second: from here on a lane grows with what flows through it

export function createEdge(id, { lines, chips }) {
  const hit = svgPart("path", { class: "labs-hit" });
  const line = svgPart("path", { class: "labs-line" });
  const part = svgPart("g", { tabindex: -1, role: "button" }, hit, line);
  const box = svgPart("rect", { class: "labs-chip-box", height: CHIP, rx: 5 });
  const text = svgPart("text", { class: "labs-chip-text" });
  const sum = svgPart("text", { class: "labs-sum" });
  const chip = svgPart("g", { "aria-hidden": "true" }, box, text, sum);
  const ghosts = [];
  let shape = "";
  let track = null;
  let flash = null;

  const numbers = () =>
    Object.keys(edge.now)
      .filter((name) => name < "A")
      .map((name) => edge.now[name]);
  const measured = () => (track ??= measurePath(shape, numbers()));

  const edge = {
    type: "edge",
    id,
    part,
    chip,
    data: null,
    words: "",
    now: {},
    from: {},
    to: {},
    leaving: false,
    apply() {
      track = null;
      const d = writePath(shape, numbers());
      setPart(line, "d", d);
      setPart(hit, "d", d);
      for (const each of [part, chip]) setPart(each, "opacity", edge.now.o);
      setPart(
        chip,
        "transform",
        `translate(${Math.round(edge.now.lx * 100) / 100} ${Math.round(edge.now.ly * 100) / 100})`,
      );
      for (const ghost of ghosts) setPart(ghost.part, "opacity", ghost.from * (1 - edge.now.g));
    },
    become(data) {
      edge.leaving = false;
      const path = parsePath(data.d);
      const target = { ...path.numbers, lx: data.lx ?? 0, ly: data.ly ?? 0, o: 1, g: 1 };
      if (!edge.data) edge.now = { ...target, o: 0 };
      else if (path.shape !== shape) {
        haunt();
        edge.now = { ...target, o: 0 };
      }
      for (const ghost of ghosts) ghost.from = Number(ghost.part.getAttribute("opacity") ?? ghost.from);
      edge.now.g = 0;
      edge.to = target;
      shape = path.shape;
      if (data.label !== edge.data?.label || data.kind !== edge.data?.kind) draw(data);
      edge.data = data;
      part.removeAttribute("aria-hidden");
    },
    leave() {
      edge.leaving = true;
      edge.to = { ...edge.now, o: 0, g: 1 };
      part.setAttribute("aria-hidden", "true");
    },
    settle() {
      for (const ghost of ghosts.splice(0)) ghost.part.remove();
    },
    show({ lane = 0 }) {
      const total = lane ? `×${shortCount(lane)}` : "";
      const longer = total.length !== sum.textContent.length; // figures are equally wide: only then all moves
      setText(sum, total);
      if (longer) arrange(edge.data);
      edge.words = lane ? `${edge.data.words}, ${counted(lane, "message")}` : edge.data.words;
    },
    flow(perSecond) {
      const more = perSecond > THICK_FROM ? Math.min(6.5, 3 * Math.log10(perSecond / THICK_FROM)) : 0;
      if (more) line.style.setProperty("--labs-flow", `${Math.round((1.75 + more) * 4) / 4}px`);
      else line.style.removeProperty("--labs-flow");
    },
    bump() {
      if (flash?.playState === "running") return;
      flash = chip.animate([{ opacity: 0.25 }, {}], { duration: 260, easing: "steps(4)" });
    },
    // What stage.lane() gives away: it follows the line wherever it goes.
    lane: {
      get length() {
        return measured().length;
      },
      at: (fraction) => pointAlong(measured(), fraction),
    },
    drop() {
      edge.settle();
      flash?.cancel();
      part.remove();
      chip.remove();
    },
  };

  function draw(data) {
    part.setAttribute("class", `labs-edge is-${data.kind}`);
    chip.setAttribute("class", `labs-chip is-${data.kind}`);
    setText(text, data.label ?? "");
    arrange(data);
  }

  // `pattern ×3`, on the lane itself, from the point that the drawing gave for it towards the left.
  function arrange({ anchor }) {
    const parts = [text, sum].filter((each) => each.textContent);
    const widths = parts.map((each) => textWidth(each));
    const wide = widths.reduce((all, width) => all + width, 5 + 7 * parts.length);
    const left = { end: -wide, middle: -wide / 2 }[anchor] ?? 0;
    chip.classList.toggle("is-bare", !parts.length);
    for (const [name, value] of Object.entries({ width: wide, x: left, y: -CHIP + 3.7 })) setPart(box, name, value);
    let x = left + 6;
    parts.forEach((each, i) => {
      setPart(each, "x", x);
      x += widths[i] + 7;
    });
  }

  // The old line stays for a moment and fades, where the new one cannot grow out of it.
  function haunt() {
    const ghost = line.cloneNode();
    part.insertBefore(ghost, hit);
    ghosts.push({ part: ghost, from: edge.now.o });
  }

  lines.append(part);
  chips.append(chip);
  return edge;
}
