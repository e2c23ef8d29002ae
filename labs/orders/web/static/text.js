// Everything on the page that a person typed goes through here, as text and never as markup.

/** A new element with a class, text, and children. */
export function element(tag, className, content, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (content !== undefined && content !== null) node.textContent = String(content);
  node.append(...children);
  return node;
}

/** Words from outside, inside a line of ours: an Arabic name must not turn the words around it. */
export const words = (content) => element("bdi", "", content);

/** Show or hide a sentence. */
export function say(node, sentence) {
  node.textContent = sentence ?? "";
  node.hidden = !sentence;
}

const money = new Intl.NumberFormat("fr-DZ", { maximumFractionDigits: 2 });

/** 329000 as "329 000 DZD". */
export function dinars(amount) {
  return `${money.format(Number(amount)).replace(/[\u202f\u00a0]/g, " ")} DZD`;
}

/** "+213555123456" as people write it, "+213 555 12 34 56"; other numbers stay as they are. */
export function telephone(number) {
  return String(number).replace(/^(\+213)(\d{3})(\d{2})(\d{2})(\d{2})$/, "$1 $2 $3 $4 $5");
}
