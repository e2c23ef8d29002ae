// The followed message's way through the broker, step by step, with the time since it was published. What nobody
// saw, but what must have been (a death between two deliveries), is marked as inferred.

import { htmlPart, setText } from "./parts.js";
import { buttonPart, facePart, milliseconds, wordPart } from "./panel.js";

const CHOOSE = "Choose a message, in the list or on the drawing: its journey stands here, and its dots get a ring.";
const GROUPED = "Some dots stood for many messages: a step of this one may be among those.";

export function createJourney({ onStop }) {
  const hint = htmlPart("p", { class: "labs-hint" }, CHOOSE);
  const who = htmlPart("div", { class: "labs-who" });
  const steps = htmlPart("ol", { class: "labs-steps" });
  const words = { words: "Stop following", title: "Stop following this message" };
  const stop = buttonPart({ ...words, name: "is-small", act: onStop });
  const note = htmlPart("p", { class: "labs-hint", hidden: true }, GROUPED);
  const title = htmlPart("h4", {}, "Journey ", stop.button);
  const part = htmlPart("section", { class: "labs-pane labs-journey", "aria-label": "Journey of one message" }, title, hint, who, steps, note);
  let drawn = "";

  // `by`: it was then at the latest.
  function stepPart({ at, word, words, inferred, by }, first) {
    const after = at === first ? "0 ms" : `+${milliseconds(at - first)}`;
    const offset = htmlPart("span", { class: "labs-offset" }, by ? `≤ ${after}` : after);
    const said = htmlPart("span", { class: "labs-step-words" }, wordPart(word, inferred), ` ${words}`);
    return htmlPart("li", { class: inferred ? "is-inferred" : null }, offset, said);
  }

  return {
    part,
    show(id, message, grouped) {
      const look = message ? `${id} ${message.steps.length} ${message.steps.at(-1)?.at}` : `${id}`;
      if (look === drawn) return;
      drawn = look;
      stop.button.hidden = id === null;
      hint.hidden = Boolean(message);
      note.hidden = true;
      setText(hint, id === null ? CHOOSE : `Waits for ${id.replace(/^m:/, "")}: it was not seen yet.`);
      who.replaceChildren();
      steps.replaceChildren();
      if (!message) return;
      const name = message.name ?? id.replace(/^m:/, "");
      const key = htmlPart("strong", {}, message.key ?? "message");
      who.append(facePart(message.face), key, htmlPart("span", { class: "labs-row-name" }, name));
      note.hidden = !grouped;
      steps.append(...message.steps.map((step) => stepPart(step, message.steps[0].at)));
      part.scrollTop = part.scrollHeight;
    },
  };
}
