// Toasts: what happened, in one line, in the corner. They leave by themselves, but never while someone reads them.
import { element, words } from "./text.js";

const STAY_MS = 9000;
const AT_MOST = 3;
const place = document.getElementById("toasts");

/** Show one toast. All its words are set as text. */
export function toast(sentence, detail) {
  const close = element("button", "", "×");
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  const bell = element("img");
  Object.assign(bell, { src: "/static/bell.svg", alt: "", width: 34, height: 34 });
  const box = element(
    "div", "toast", null, bell,
    element("div", "", null,
      element("div", "toast-text", null, words(sentence)), element("div", "toast-more", null, words(detail))),
    close,
  );
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
