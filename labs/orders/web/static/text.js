// Everything on the page that a person typed goes through here, as text and never as markup.

/** A new element with a class, text, and children. */
export function element(tag, className, content, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (content !== undefined && content !== null) node.textContent = plain(content);
  node.append(...children);
  return node;
}

/** Text in which nothing can turn the words around it: an override of the direction becomes a visible mark. */
export const plain = (content) => String(content ?? "").replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd").replace(/[\u202f\u00a0]/g, " ");

/** Words from outside, inside a line of ours: an Arabic name must not turn the words around it. */
export function bidi(content, direction = "auto") {
  const node = element("bdi", "", content);
  node.dir = direction;
  return node;
}

/** Show or hide a sentence. */
export function say(node, sentence) {
  node.textContent = sentence ?? "";
  node.hidden = !sentence;
}

const money = new Intl.NumberFormat("fr-DZ", { maximumFractionDigits: 2 });

/** 329000 as "329 000 DZD". */
export const dinars = (amount) => plain(`${money.format(Number(amount))} DZD`);

/** "+213555123456" as people write it, "+213 555 12 34 56"; other numbers stay as they are. */
export function telephone(number) {
  return String(number).replace(/^(\+213)(\d{3})(\d{2})(\d{2})(\d{2})$/, "$1 $2 $3 $4 $5");
}

/** "10:30:07", in the reader's own time. */
export const clock = (moment) => moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** A moment as a <time>: today's by the clock, others with their day. */
export function when(iso) {
  const moment = new Date(iso);
  const today = moment.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  const node = element("time", "", moment.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  node.dateTime = iso;
  node.title = moment.toLocaleString();
  return node;
}

/** A part of a sentence for screen readers only. */
export const unseen = (content) => element("span", "unseen", content);
