// Toasts: what happened, in one line, in the corner. They leave by themselves, but never while someone reads them.
import { bidi, element } from "./text.js";

const STAY_MS = 9000;
const AT_MOST = 3;
const place = document.getElementById("toasts");

/** Show one toast. All its words are set as text. `open` is what a click on it does. */
export function toast(sentence, detail, open) {
  const show = element("button", "toast-open", null, bidi(sentence));
  show.type = "button";
  const close = element("button", "toast-close", "×");
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  const bell = element("img");
  Object.assign(bell, { src: "/static/bell.svg", alt: "", width: 34, height: 34 });
  const words = element("div", "toast-words", null, show, element("div", "toast-more", null, bidi(detail)));
  const box = element("div", "toast", null, bell, words, close);
  show.addEventListener("click", () => { box.remove(); open(); });
  close.addEventListener("click", () => box.remove());
  place.append(box);
  while (place.children.length > AT_MOST) place.firstElementChild.remove();
  leave(box);
}

function leave(box) {
  let timer = setTimeout(() => box.remove(), STAY_MS);
  const hold = () => clearTimeout(timer);
  const release = () => { hold(); timer = setTimeout(() => box.remove(), STAY_MS / 2); };
  box.addEventListener("pointerenter", hold);
  box.addEventListener("pointerleave", release);
  box.addEventListener("focusin", hold);
  box.addEventListener("focusout", release);
}
