// A feed of events: the newest line stays in view, unless the reader has scrolled up to an older one.

import { calm, follow, make, say } from "./make.js";

const NEAR_PX = 24;

function render({ model, el }) {
  const list = make("ol", { role: "log", tabindex: "0", "aria-label": model.get("title") });
  const count = make("span");
  const latest = make("button", { type: "button", hidden: "" }, "Newest ↓");
  const root = make(
    "section", { class: "labs-piece labs-feed" },
    make("header", {}, make("strong", {}, model.get("title")), count),
    list,
    make("footer", {}, latest),
  );
  el.append(root);
  let shown = 0; // how many lines, ever
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
  const toEnd = () => list.scrollTo({ top: list.scrollHeight, behavior: "instant" });

  const undo = follow(model, ["lines", "dropped"], () => {
    const lines = model.get("lines");
    const dropped = model.get("dropped");
    const all = lines.length + dropped;
    const stay = shown > 0 && !atEnd();
    if (all < shown || dropped >= shown) list.replaceChildren(); // none of these lines is there yet
    const fresh = lines.slice(list.childElementCount ? lines.length - (all - shown) : 0);
    for (const [kind, sign, words] of fresh) {
      const item = make(
        "li", { class: `labs-kind-${kind.replace(/[^\w-]/g, "")}` },
        make("i", { "aria-hidden": "true" }, sign), make("b", {}, kind), " ", make("span", {}, words),
      );
      if (shown && !calm()) item.classList.add("labs-is-new");
      list.append(item);
    }
    while (list.childElementCount > lines.length) list.firstElementChild.remove();
    shown = all;
    say(count, `${all} ${all === 1 ? "event" : "events"}${dropped ? `, the last ${lines.length} kept` : ""}`);
    if (!stay) toEnd();
    latest.hidden = !stay;
  });
  const scrolled = () => { latest.hidden = atEnd(); };
  list.addEventListener("scroll", scrolled, { passive: true });
  latest.addEventListener("click", () => { toEnd(); list.focus(); });
  return undo;
}

export default { render };
