// What this page knows about the orders, from two sources that are never quite equally fast: the events of the stream,
// and the list that the read model answers. An order's version says which of two is the newer.
import { ask } from "./api.js";

const PATH = "/api/algeria-orders";
const PAGE = 50;
const LOOK_MS = [300, 700, 1500, 3000, 5000]; // the read model may be a moment behind its events
const AT_ONCE = 6; // more orders than this are asked for as a page first

export class Orders {
  /** `changed(ids)` is called with the numbers of orders that are new or different; null means all. */
  constructor(changed) {
    Object.assign(this, { changed, known: new Map(), found: new Set(), status: "", text: "", next: null, total: null });
    Object.assign(this, { offered: false, missing: new Map(), timer: null, asked: 0 });
  }

  get(id) { return this.known.get(id); }

  /** The orders that the list shows, newest first. */
  shown() {
    return [...this.known.values()].filter((order) => this.fits(order)).sort((one, other) => other.id - one.id);
  }

  fits(order) {
    if (this.next && order.id < this.next) return false; // it has its place on a later page
    if (this.offered && !order.createdAt) return false; // so far we know only that something happened to it
    if (this.status && order.status !== this.status) return false;
    if (!this.text || this.found.has(order.id)) return true; // the server found it in its own way
    const words = [order.id, order.customerName, order.productName, order.wilaya, order.phone, order.email].join(" ");
    return words.toLowerCase().includes(this.text.toLowerCase());
  }

  /** One event of the stream or of the feed. */
  fold(payload) {
    const { orderId, message, from, ...rest } = payload;
    if (this.merge({ id: orderId, ...rest })) this.lookAgain(orderId, 0);
  }

  /** Keep what is newer. Returns whether the read model still owes us something about this order. */
  merge(order) {
    const old = this.known.get(order.id);
    const older = old && (order.version ?? 1) < (old.version ?? 1);
    const merged = older ? { ...order, ...old } : { ...old, ...order };
    if (old && !older && order.version > (old.version ?? 1) && !order.moves) delete merged.moves; // another status, other moves
    this.known.set(order.id, merged);
    this.changed([order.id]);
    return !merged.moves;
  }

  /** Ask for the first page of what is being looked for. Resolves to the status of the answer. */
  async look({ status = this.status, text = this.text } = {}) {
    if (status !== this.status || text !== this.text) this.found.clear();
    Object.assign(this, { status, text });
    const turn = ++this.asked;
    const answer = await this.page(null);
    if (turn !== this.asked) return null; // somebody typed on meanwhile
    if (answer.ok) this.take(answer.data);
    this.offered = answer.ok;
    this.changed(null);
    return answer.status;
  }

  async older() {
    const answer = await this.page(this.next);
    if (answer.ok) this.take(answer.data);
    this.changed(null);
  }

  page(before) {
    const query = new URLSearchParams({ limit: PAGE });
    if (this.status) query.set("status", this.status);
    if (this.text) query.set("q", this.text);
    if (before) query.set("before", before);
    return ask("GET", `${PATH}?${query}`);
  }

  take({ items, next, total }) {
    this.keep(items);
    Object.assign(this, { next, total });
  }

  keep(items) {
    for (const order of items) {
      this.found.add(order.id);
      this.merge(order);
    }
  }

  /** Ask for one order soon, again and again for some seconds, until the read model has it as new as we do. */
  lookAgain(id, turn) {
    if (!this.offered || turn >= LOOK_MS.length || this.missing.has(id)) return;
    this.missing.set(id, turn);
    this.timer ??= setTimeout(() => this.lookNow(), LOOK_MS[turn]);
  }

  async lookNow() {
    const wanted = [...this.missing];
    this.missing.clear();
    this.timer = null;
    const owed = () => wanted.map(([id]) => id).filter((id) => !this.known.get(id)?.moves);
    if (wanted.length > AT_ONCE) {
      const answer = await this.page(null);
      if (answer.ok) this.keep(answer.data.items);
    }
    await Promise.all(owed().sort((one, other) => other - one).slice(0, AT_ONCE).map((id) => this.one(id)));
    for (const id of owed()) this.lookAgain(id, wanted.find(([each]) => each === id)[1] + 1);
  }

  async one(id) {
    const answer = await ask("GET", `${PATH}/${id}`);
    if (answer.ok) this.merge(answer.data);
  }
}
