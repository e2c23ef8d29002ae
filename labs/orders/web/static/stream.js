// The live stream, with a connection state that tells the truth.
//
// EventSource reconnects by itself and sends Last-Event-ID, so nothing is missed. But it gives up on an error answer,
// and it does not notice a connection that died without a word. Both are handled here: the server sends a pulse
// every few seconds, and a stream without a pulse counts as lost.

const SILENCE_MS = 15000;
const RETRY_MS = 2000;
/** An EventSource hands over only events that were asked for by name. */
const EVENTS = [
  "order.created", "order.status_updated", "order.cancelled",
  "inventory.reserved", "inventory.rejected", "inventory.released",
  "payment.processed", "payment.failed", "payment.refunded", "shipping.booked",
];

export class Stream {
  /** `on` has: event(id, name, payload), state("live" | "lost"), pulse(values), refused(). */
  constructor(path, latestId, on) {
    Object.assign(this, { path, latestId, on, source: null, watch: null, retry: null });
    addEventListener("offline", () => this.lost());
    addEventListener("online", () => this.open());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => { if (event.persisted) this.open(); });
  }

  open() {
    this.close();
    this.source = new EventSource(`${this.path}?after=${this.latestId}`);
    for (const name of EVENTS) this.source.addEventListener(name, (event) => this.arrived(name, event));
    this.source.addEventListener("pulse", (event) => {
      this.alive();
      this.on.pulse(JSON.parse(event.data));
    });
    this.source.addEventListener("bye", () => this.on.state("lost"));
    this.source.addEventListener("error", () => {
      this.on.state("lost");
      if (this.source?.readyState !== EventSource.CLOSED) return; // it tries again by itself
      this.on.refused();
      this.lost(); // it gave up; we do not
    });
    this.listen();
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.watch);
    clearTimeout(this.retry);
  }

  arrived(name, event) {
    this.alive();
    const id = Number(event.lastEventId);
    if (id <= this.latestId) return; // a reconnect may repeat what is already here
    this.latestId = id;
    this.on.event(id, name, JSON.parse(event.data));
  }

  alive() {
    this.on.state("live");
    this.listen();
  }

  listen() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.lost(), SILENCE_MS);
  }

  lost() {
    this.close();
    this.on.state("lost");
    this.retry = setTimeout(() => this.open(), RETRY_MS);
  }
}
