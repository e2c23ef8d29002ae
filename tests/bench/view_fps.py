"""How many frames per second the live view draws in this machine's browser: `python -m tests.bench.view_fps`.

The page makes the lines itself, one batch every 50 ms, as the tap would: single events up to 25 in a batch, above
that grouped by their lanes. Each message is published to three queues and delivered from one of them, so one
message makes two events and five dots. At 250 a batch has 25: the tap groups what is more. `500 single` groups
nothing, twice what the tap would send.
"""

from __future__ import annotations

import argparse
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.view_page import ViewPage, deliver, publish

#: Messages per second, and whether they are grouped as the tap groups them.
CASES = ((10, True), (200, True), (250, True), (500, False), (1_000, True), (5_000, True))
#: The browser must be warm, and old dots must have landed, before frames count.
WARM_MS = 2_500

#: Feeds `rate` messages a second for a while, measuring the time between frames after the warm-up.
RUN = """
async ({ rate, grouped, warm, lasts, published, delivered }) => {
  const keys = ["order.created", "order.paid", "order.cancelled", "payment.failed", "stock.low"];
  let [number, owed, left, fedAt] = [0, 0, [], performance.now()];
  const like = (event, n, at) => {
    const name = `order-${number}`;
    const key = keys[number % keys.length];
    return { ...event, n, at, message: `m:${name}`, about: { ...event.about, key, id: name } };
  };
  const feed = () => {
    const at = performance.now();
    owed += ((at - fedAt) * rate) / 1000;
    fedAt = at;
    const count = Math.floor(owed);
    owed -= count;
    const events = [];
    if (grouped && 2 * count > 25) {
      number += count;
      events.push(like(published, count, at), like(delivered, count, at));
    } else for (let i = 0; i < count; i += 1, number += 1) events.push(like(published, 1, at), like(delivered, 1, at));
    if (count) model.say({ type: "batch", at, seen: 2 * count, drawn: events.length, behind: false, events });
    if (number % 4 === 0) {
      const queues = { "q:bills": [number % 40, 5], "q:stock": [number, 0], "q:log": [number, 0], "q:dead": [0, 0] };
      model.say({ type: "counts", at, queues, holds: { "c:bills:worker-1": [5, true] } });
    }
  };
  const timer = setInterval(feed, 50);
  await new Promise((done) => setTimeout(done, warm));
  const times = [];
  let dots = 0;
  const end = performance.now() + lasts;
  await new Promise((done) => {
    let before = performance.now();
    const tick = (now) => {
      times.push(now - before);
      before = now;
      dots = Math.max(dots, view.labs.stats().dots);
      if (now < end) requestAnimationFrame(tick);
      else done();
    };
    requestAnimationFrame((now) => ((before = now), requestAnimationFrame(tick)));
  });
  clearInterval(timer);
  return { times, dots, stats: view.labs.stats() };
}
"""


def at_part(values: list[float], part: float) -> float:
    """The value below which `part` of all values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def measure(page: Any, rate: int, *, grouped: bool, lasts_ms: int) -> dict[str, Any]:
    """Frames per second in the middle and in the worst twentieth, and the most dots on the canvas."""
    ViewPage(page)
    run = {
        "rate": rate,
        "grouped": grouped,
        "warm": WARM_MS,
        "lasts": lasts_ms,
        "published": publish("first"),
        "delivered": deliver("first"),
    }
    found = page.evaluate(RUN, run)
    return {
        "median": 1_000 / at_part(found["times"], 0.5),
        "p5": 1_000 / at_part(found["times"], 0.95),
        "mean": 1_000 * len(found["times"]) / sum(found["times"]),
        "dots": found["dots"],
        "undrawn": found["stats"]["skipped"],
    }


def main() -> None:
    """Measure every case in a fresh page and print one line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=6.0, help="how long to measure each case (6)")
    parser.add_argument("--reduced", action="store_true", help="as for readers who want no motion")
    chosen = parser.parse_args()
    print("messages/s   fps median   fps p5   fps mean   most dots   not drawn")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for rate, grouped in CASES:
            motion = "reduce" if chosen.reduced else "no-preference"
            context = browser.new_context(viewport={"width": 1280, "height": 1000}, reduced_motion=motion)
            found = measure(context.new_page(), rate, grouped=grouped, lasts_ms=int(chosen.seconds * 1_000))
            name = f"{rate}" if grouped else f"{rate} single"
            print(
                f"{name:>10} {found['median']:>12.1f} {found['p5']:>8.1f} {found['mean']:>10.1f}"
                f" {found['dots']:>11} {found['undrawn']:>11}",
                flush=True,
            )
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
