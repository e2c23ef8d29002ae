// What stands around the nodes and lanes: the names of the columns, and the patterns and marks that CSS refers to.

import { setPart, svgPart } from "./parts.js";

const HEAD = 27; // the line that the names of the columns stand on

// Headings move and fade with everything else: their items are added to the stage's motion.
export function createHeads(layer, moving) {
  const heads = new Map();

  function make(label, x) {
    const part = svgPart(
      "text",
      { class: "labs-head", y: HEAD, "text-anchor": "middle", "aria-hidden": "true" },
      label,
    );
    const head = { part, now: { x, o: 0 }, from: {}, to: {}, apply: () => apply(head) };
    layer.append(part);
    heads.set(label, head);
    moving.add(head);
    return head;
  }

  function apply({ part, now }) {
    setPart(part, "x", now.x);
    setPart(part, "opacity", now.o);
  }

  return {
    set(columns) {
      for (const head of heads.values()) head.to.o = 0;
      for (const { label, x } of columns) (heads.get(label) ?? make(label, x)).to = { x, o: 1 };
    },
    sweep() {
      for (const [label, head] of heads) {
        if (head.to.o) continue;
        head.part.remove();
        heads.delete(label);
        moving.delete(head);
      }
    },
  };
}

// The hatching of unacknowledged messages, and the tip of a lane. Their ids are the page's: one set per stage.
export function definitions(hatch, tipMark) {
  const stripes = { id: hatch, width: 4, height: 4, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const arrow = {
    id: tipMark,
    viewBox: "0 0 8 8",
    refX: 7,
    refY: 4,
    markerWidth: 8,
    markerHeight: 8,
    orient: "auto",
    markerUnits: "userSpaceOnUse",
  };
  return svgPart(
    "defs",
    {},
    svgPart(
      "pattern",
      stripes,
      svgPart("rect", { class: "labs-hatch-ground", width: 4, height: 4 }),
      svgPart("rect", { class: "labs-hatch-stripe", width: 1.8, height: 4 }),
    ),
    svgPart("marker", arrow, svgPart("path", { class: "labs-arrow", d: "M1 1 7 4 1 7z" })),
  );
}
