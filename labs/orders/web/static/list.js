// The list of orders. A row is written anew only when its order is another one than before, and keeps the focus.
import { bidi, dinars, element, telephone, unseen, when } from "./text.js";
import { moveButtons, sayProblem } from "./moves.js";

export class List {
  /** `on` has: open(id), moved(order, problem, id); `unread` says which orders are new. */
  constructor(place, { orders, unread, on }) {
    Object.assign(this, { place, orders, unread, on, rows: new Map(), problems: new Map(), open: null });
  }

  /** Bring the rows up to date: those of `ids`, or all. */
  show(ids) {
    for (const id of ids ?? []) if (this.rows.has(id)) this.rows.get(id).dataset.stale = "yes";
    if (ids === null) for (const row of this.rows.values()) row.dataset.stale = "yes";
    const shown = this.orders.shown();
    const wanted = new Set(shown.map((order) => order.id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    let before = null;
    for (const order of shown) {
      const row = this.row(order);
      const right = before ? before.nextElementSibling : this.place.firstElementChild;
      if (row !== right) this.place.insertBefore(row, right);
      before = row;
    }
  }

  /** The row of this order: the one that is there, or a new one in its place. */
  row(order) {
    const old = this.rows.get(order.id);
    const key = JSON.stringify([order, this.unread.has(order.id), this.open === order.id, this.problems.get(order.id)]);
    if (old && (!old.dataset.stale || old.order === key)) return old;
    const row = this.made(order);
    row.order = key;
    this.rows.set(order.id, row);
    if (old) {
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      const again = focused?.dataset.move ? `[data-move="${focused.dataset.move}"]` : focused?.matches("a") ? "a" : ".open";
      old.replaceWith(row);
      if (focused) (row.querySelector(again) ?? row.querySelector(".open")).focus({ preventScroll: true });
    }
    return row;
  }

  made(order) {
    const fresh = this.unread.has(order.id);
    const number = element("button", "open", `#${order.id}`);
    number.type = "button";
    number.setAttribute("aria-expanded", String(this.open === order.id));
    number.setAttribute("aria-controls", "detail");
    number.addEventListener("click", () => this.on.open(order.id));
    const call = element("a", "", telephone(order.phone));
    call.href = `tel:${String(order.phone).replace(/[^+\d]/g, "")}`;
    call.dir = "ltr";
    const pieces = order.quantity > 1 ? ` × ${order.quantity}` : "";
    const details = element("div", "order-details", null, ...(order.wilaya ? [bidi(order.wilaya), " · "] : []), call);
    const row = element(
      "li", fresh ? "order unread" : "order", null,
      element("div", "order-number", null, number, ...(fresh ? [element("span", "new", "New")] : []), ...(order.urgent ? [element("span", "urgent", "Urgent")] : [])),
      element("div", "order-who", null, bidi(order.customerName), " · ", bidi(order.productName), pieces),
      element("div", "order-price", order.totalPrice === undefined ? "" : dinars(order.totalPrice)),
      details,
      element("div", "order-state", null, statusChip(order.status), order.createdAt ? when(order.createdAt) : ""),
      moveButtons(order, (changed, problem) => this.on.moved(changed, problem, order.id)),
    );
    if (this.problems.has(order.id)) sayProblem(row, this.problems.get(order.id));
    row.dataset.id = order.id;
    row.classList.toggle("chosen", this.open === order.id);
    return row;
  }
}

/** A status as a small label. */
export function statusChip(status) {
  const chip = element("span", "chip", null, unseen("Status: "), status);
  chip.dataset.status = status;
  return chip;
}
