// One order in full, with the timeline of its events through every hop. It follows the order while it is open.
import { ask } from "./api.js";
import { statusChip } from "./list.js";
import { moveButtons, sayProblem } from "./moves.js";
import { bidi, clock, dinars, element, say, telephone, when } from "./text.js";

const FOLLOW_MS = 2000;
const SAGA = {
  started: "Started", reserved: "Stock reserved, payment under way",
  completed: "Stock reserved and paid", cancelled: "Undone: stock and money were given back",
};
const byId = (id) => document.getElementById(id);
const panel = byId("detail");
const narrow = matchMedia("(max-width: 1099px)"); // there the panel covers the page

export class Detail {
  constructor({ orders, on }) {
    Object.assign(this, { orders, on, id: null, timer: null, told: "" });
    byId("close-detail").addEventListener("click", () => this.close());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.id !== null && !document.querySelector("dialog[open]")) this.close();
    });
    narrow.addEventListener("change", () => this.cover());
  }

  open(id) {
    this.id = id;
    this.told = "";
    byId("timeline").replaceChildren();
    sayProblem(byId("detail-body"), null);
    panel.hidden = false;
    this.cover();
    this.show();
    this.follow();
    byId("detail-title").focus({ preventScroll: !narrow.matches });
    panel.scrollTop = 0;
  }

  close() {
    clearTimeout(this.timer);
    const id = this.id;
    this.id = null;
    panel.hidden = true;
    this.cover();
    this.on.closed(id);
  }

  /** On a small screen nothing behind the panel can be reached. */
  cover() {
    const covered = narrow.matches && !panel.hidden;
    for (const node of document.querySelectorAll("[data-behind]")) node.inert = covered;
    document.body.classList.toggle("covered", covered);
  }

  /** The order's facts, as they are known now. */
  show() {
    const order = this.orders.get(this.id);
    if (!order) return;
    byId("detail-title").textContent = `Order ${order.id}`;
    byId("detail-status").replaceChildren(statusChip(order.status));
    byId("facts").replaceChildren(...facts(order));
    const focused = byId("detail-moves").contains(document.activeElement);
    byId("detail-moves").replaceChildren(moveButtons(order, (changed, problem) => this.on.moved(changed, problem, order.id)));
    if (focused) (byId("detail-moves").querySelector("button") ?? byId("detail-title")).focus();
  }

  problem(sentence) { sayProblem(byId("detail-body"), sentence); }

  async follow() {
    clearTimeout(this.timer);
    const id = this.id;
    await this.orders.one(id);
    const { ok, status, data } = await ask("GET", `/api/algeria-orders/${id}/timeline`);
    if (this.id !== id) return; // closed, or another one is open by now
    const items = ok ? data.items : [];
    const told = JSON.stringify(items);
    if (told !== this.told) byId("timeline").replaceChildren(...items.map((item) => step(item, items[0])));
    this.told = told;
    say(byId("timeline-note"), items.length ? null : status === 404 ? "Nothing is written about it yet." : "The timeline cannot be read just now.");
    this.timer = setTimeout(() => this.follow(), FOLLOW_MS);
  }
}

function facts(order) {
  const call = element("a", "", telephone(order.phone));
  call.href = `tel:${String(order.phone).replace(/[^+\d]/g, "")}`;
  call.dir = "ltr";
  return [
    ["Customer", bidi(order.customerName)],
    ["Product", bidi(`${order.productName}${order.quantity ? ` × ${order.quantity}` : ""}`)],
    ["Total", order.totalPrice === undefined ? null : dinars(order.totalPrice)],
    ["Wilaya", order.wilaya && bidi(order.wilaya)],
    ["Phone", call],
    ["E-mail", order.email && bidi(order.email, "ltr")],
    ["Ordered", order.createdAt && when(order.createdAt)],
    ["Urgent", order.urgent && "Yes, an SMS goes out"],
    ["Stock and payment", order.saga && (SAGA[order.saga] ?? order.saga)],
    ["Tracking", order.tracking && bidi(order.tracking, "ltr")],
    ["Reason", order.reason && bidi(order.reason)],
  ].filter(([, value]) => value).map(([name, value]) => element("div", "", null, element("dt", "", name), element("dd", "", null, value)));
}

function step(item, first) {
  const at = new Date(item.at);
  const time = element("time", "", `${clock(at)}.${String(at.getMilliseconds()).padStart(3, "0")}`);
  time.dateTime = item.at;
  const hop = element("span", "hop", item.hop);
  const row = element(
    "li", "step", null,
    element("div", "step-head", null, hop, bidi(item.event), element("span", "quiet small", after(at - new Date(first.at)))),
    element("div", "step-text", null, bidi(item.text)),
    element("div", "quiet small", null, bidi(item.who), " · ", time),
  );
  row.dataset.hop = item.hop;
  return row;
}

function after(ms) {
  if (ms < 1000) return `+${ms} ms`;
  return ms < 60_000 ? `+${(ms / 1000).toFixed(1)} s` : `+${Math.round(ms / 60_000)} min`;
}
