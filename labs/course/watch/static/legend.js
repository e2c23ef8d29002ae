// What the signs mean: the keys that were seen, each with its colour and letter, and the kinds of dots.
// A key that is pointed at, or has the focus, lights the lanes that it went along.

import { htmlPart, setPart, setText } from "./parts.js";
import { MANY_FACE } from "./faces.js";
import { createMarks } from "./marks.js";
import { facePart } from "./panel.js";

const KINDS = [
  ["message", "a message", "Every dot is a message of the broker's own trace"],
  ["many", "many in one", "Above 500 messages a second one numbered dot stands for many that went the same way"],
  ["again", "redelivered", "Delivered before, and not acknowledged"],
  ["dead", "dead-lettered, inferred", "The trace does not show it: concluded from the exact depths of the queues"],
  ["lost", "unroutable", "No queue took it: it falls out of its exchange"],
  ["gone", "gone, inferred", "Expired, dropped, refused or purged; concluded from the exact depth of the queue"],
];
const SHARP = 2; // canvas dots per css pixel
const SAMPLE = { letter: "A", colour: "#0a6ebd", index: 0 };

export function createLegend({ root, faces, onKey }) {
  const marks = createMarks(root);
  const keys = htmlPart("ul", { class: "labs-keys", "aria-label": "Routing keys" });
  const kinds = htmlPart("ul", { class: "labs-kinds", "aria-label": "Kinds of dots" });
  const note = htmlPart("p", { class: "labs-note" }, "Travel is slowed down: in truth it takes about 1 ms.");
  const chips = new Map();
  const samples = new Map();
  for (const [shape, words, title] of KINDS) {
    const sample = htmlPart("canvas", { class: "labs-sample", "aria-hidden": "true" });
    samples.set(shape, sample);
    kinds.append(htmlPart("li", { title }, sample, words));
  }
  const part = htmlPart("div", { class: "labs-legend" }, keys, htmlPart("div", { class: "labs-meanings" }, kinds, note));

  function chipOf(face) {
    const words = htmlPart("span", { class: "labs-key-words" }, face.key ?? "other keys");
    const chip = htmlPart("li", { tabindex: 0, title: face.key ?? "" }, facePart(face), words);
    for (const [name, on] of [["pointerenter", true], ["pointerleave", false], ["focus", true], ["blur", false]])
      chip.addEventListener(name, () => onKey(face, on));
    return { chip, words };
  }

  return {
    part,
    show() {
      for (const face of [...faces.list(), ...(faces.others ? [faces.other] : [])]) {
        if (!chips.has(face)) {
          chips.set(face, chipOf(face));
          keys.append(chips.get(face).chip);
        }
      }
      if (faces.others) setText(chips.get(faces.other).words, `other keys (${faces.others})`);
    },
    meanings(shown, stretched) {
      part.classList.toggle("is-short", !shown);
      note.hidden = !stretched;
    },
    light(wanted) {
      for (const [face, { chip }] of chips) chip.classList.toggle("is-lit", wanted.has(face));
    },
    // The samples are drawn as the dots are, and made again when the theme has changed: true then.
    paint() {
      if (!marks.refresh(SHARP)) return false;
      for (const [shape, sample] of samples) {
        const mark = shape === "many" ? marks.of("message", MANY_FACE, 25) : marks.of(shape, SAMPLE, 1);
        [sample.width, sample.height] = [mark.width, mark.height];
        setPart(sample, "style", `width:${mark.width / SHARP}px;height:${mark.height / SHARP}px`);
        sample.getContext("2d").drawImage(mark.canvas, 0, 0);
      }
      return true;
    },
  };
}
