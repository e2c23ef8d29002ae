// The head of the view: whether it is live, in one sentence that is always there; rates; and what it does not show.

import { counted, htmlPart, setPart, setText } from "./parts.js";
import { perSecond } from "./panel.js";

const WORDS = {
  starting: "starting", live: "live", polling: "counts only", lost: "lost", stopped: "stopped", still: "still",
};

export function createHeading() {
  const state = htmlPart("span", { class: "labs-state" });
  const name = htmlPart("strong", { class: "labs-title" });
  const said = htmlPart("span", { class: "labs-said", role: "status" });
  const missed = htmlPart("span", { class: "labs-missed" });
  const rates = htmlPart("span", { class: "labs-rates" });
  const part = htmlPart("header", { class: "labs-heading" }, state, name, said, missed, rates);
  return {
    part,
    name: (text) => setText(name, text),
    status({ state: now = "starting", text = "" }) {
      setPart(part, "data-state", now);
      setText(state, WORDS[now] ?? now);
      setText(said, text);
    },
    show({ published, delivered }, { grouped, skipped, dropped, unheard, behind }) {
      setText(rates, `${perSecond(published)} published/s · ${perSecond(delivered)} delivered/s`);
      const parts = [];
      if (grouped) parts.push(`${grouped} in numbered dots`);
      if (skipped) parts.push(`${skipped} not drawn: skipped`);
      if (dropped) parts.push(`${dropped} not kept while it stood`);
      if (unheard) parts.push(`${unheard} sampled away`);
      if (behind) parts.push("the tap could not keep up: at least these, and more that it never saw");
      setText(missed, parts.join(" · "));
      const all = counted(grouped + skipped + dropped + unheard, "message");
      setPart(missed, "title", parts.length ? `${all} without a dot of their own; all are counted, except those never seen` : "");
    },
  };
}
