// Below the drawing: what the bar's cells mean, and the buttons for zooming.

import { htmlPart } from "./parts.js";

const MEANINGS = [
  ["is-ready", "ready", "one cell, one message"],
  ["is-unacked", "unacknowledged", "with a consumer, not yet acknowledged"],
  [
    "is-deep",
    "more than 16",
    "all cells are full; the more of them are marked, the more messages (tenfold by tenfold)",
  ],
  ["is-near", "near its limit", "80 % or more of the limit is ready"],
];

const HELP =
  "Arrow keys move the view, + and − zoom, 0 shows the whole. Tab goes to the parts; there, arrow keys walk along the lanes.";

export function createTools(viewport, helpId, opened) {
  const keys = new Map();
  const list = htmlPart("ul", { class: "labs-key", "aria-label": "Key to the bars of the queues" });
  for (const [mark, words, title] of MEANINGS) {
    const key = htmlPart(
      "li",
      { title, hidden: true },
      htmlPart("i", { class: `labs-swatch ${mark}`, "aria-hidden": "true" }),
      words,
    );
    keys.set(mark, key);
    list.append(key);
  }
  const buttons = [
    ["−", "Zoom out", "Zoom out (−)", viewport.zoomOut],
    ["Fit", "Show the whole", "Show the whole (0, or double click)", () => viewport.fit()],
    ["+", "Zoom in", "Zoom in (+, or ctrl and wheel)", viewport.zoomIn],
  ].map(([text, label, title, act]) => {
    const button = htmlPart("button", { type: "button", "aria-label": label, title }, text);
    button.addEventListener("click", act);
    return button;
  });
  const help = htmlPart("p", { class: "labs-help", id: helpId }, HELP);
  const part = htmlPart(
    "div",
    { class: "labs-foot" },
    list,
    help,
    opened.part,
    htmlPart("div", { class: "labs-zoom", role: "group", "aria-label": "Zoom" }, ...buttons),
  );
  return {
    part,
    // A meaning joins the key when it is first needed, and stays: a key that flickers is no key.
    show(graph, queues) {
      const among = graph.nodes.filter((node) => node.kind === "queue");
      const need = {
        "is-ready": among.length,
        "is-unacked": among.length,
        "is-deep": among.some(({ id, limit }) => !limit && (queues[id]?.[0] ?? 0) + (queues[id]?.[1] ?? 0) > 16),
        "is-near": among.some(({ id, limit }) => limit && (queues[id]?.[0] ?? 0) >= 0.8 * limit),
      };
      for (const [mark, key] of keys) if (need[mark]) key.hidden = false;
    },
    destroy: () => part.remove(),
  };
}
