// The live stream, with a connection state that tells the truth.
//
// EventSource reconnects by itself and sends Last-Event-ID, so nothing is missed. But it gives up on an error answer,
// and it does not notice a connection that died without a word. Both are handled here: the server sends a pulse
// every few seconds, and a stream without a pulse counts as lost.

const SILENCE_MS = 15000;
const RETRY_MS = 2000;

export class Stream {
  /** `on` has: order(id, payload), state("live" | "lost"), status(values), refused(). */
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
    this.source.addEventListener("order.created", (event) => this.order(event));
    this.source.addEventListener("pulse", (event) => {
      this.alive();
      this.on.status(JSON.parse(event.data));
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

  order(event) {
    this.alive();
    const id = Number(event.lastEventId);
    if (id <= this.latestId) return; // a reconnect may repeat what is already here
    this.latestId = id;
    this.on.order(id, JSON.parse(event.data));
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
