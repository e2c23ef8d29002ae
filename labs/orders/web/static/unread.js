// What is new since somebody said "read": the badge, the tab's title, and the same in every open tab.
import { recall, remember } from "./memory.js";
import { say } from "./text.js";

const READ = "orders.read"; // up to which number of the feed

export const readUpTo = () => Number(recall(READ)) || 0;

export class Unread {
  /** `changed` is called when orders were read, here or in another tab. */
  constructor({ badge, button, changed }) {
    Object.assign(this, { badge, button, changed, latest: 0, more: false, news: new Map() });
    button.addEventListener("click", () => this.read(this.latest));
    addEventListener("storage", ({ key }) => { if (key === READ) this.forget(); });
  }

  /** Begin with what the server says: its newest notifications, and how many are unread in all. */
  begin({ items, latestId, unread }) {
    this.latest = latestId;
    if (readUpTo() > latestId) remember(READ, String(latestId)); // a new database counts from one again
    this.news.clear();
    for (const item of items) this.note(item.id, item.event, item.orderId);
    // Beyond what the list holds there are more, and nobody knows how many of those are new orders.
    this.more = unread > items.filter((item) => item.id > readUpTo()).length;
    this.show();
  }

  /** One more notification. Only new orders count: what the admin did is no news. */
  arrived(id, event, order) {
    this.latest = Math.max(this.latest, id);
    this.note(id, event, order);
    this.show();
  }

  note(id, event, order) {
    if (event === "order.created" && id > readUpTo()) this.news.set(order, id);
  }

  /** Whether this order is new to the admin. */
  has(order) { return this.news.has(order); }

  read(id) {
    remember(READ, String(id));
    this.forget();
  }

  forget() {
    for (const [order, id] of this.news) if (id <= readUpTo()) this.news.delete(order);
    this.more = this.more && readUpTo() < this.latest;
    this.show();
    this.changed();
  }

  show() {
    const count = this.news.size ? `${this.news.size}${this.more ? "+" : ""}` : null;
    say(this.badge, count);
    this.badge.setAttribute("aria-label", `${count} unread`);
    this.button.hidden = !count;
    document.title = count ? `(${count}) Orders` : "Orders";
  }
}
