"""What watching costs, and how far the tap can follow: `python -m tests.bench.live_tap`.

First the price: one program publishes and consumes as fast as it can, watched and unwatched in turns, so that a
noisy machine is noisy for both. Then the pace: other programs publish and consume at a given rate, each message
with the time in its body; the latency is from publishing to the line in the kernel's hands. A share of 100 % is
one processor. The numbers are this machine's, at this moment; what counts is how they compare.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pika

from labs.broker.address import Broker
from labs.broker.ensure import ensure_broker
from labs.broker.management import Management
from labs.broker.vhosts import clean_vhost, drop_vhost
from labs.live.client import LiveClient

VHOST = "bench.live"
RATES = (10, 200, 1_000, 5_000)
BODY_BYTES = 300
#: One program can publish so many a second and keep time; more are shared by several.
PER_PROGRAM = 2_500

#: Publishes `rate` messages a second for a while; the body begins with the time.
PUBLISHER = """\
import sys, time, pika
url, rate, lasts, size = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
began, sent = time.monotonic(), 0
while (passed := time.monotonic() - began) < lasts:
    for _ in range(int(passed * rate) - sent):
        channel.basic_publish("orders", "order.created", f"{time.time():.6f}".encode().ljust(size))
        sent += 1
    time.sleep(0.002)
channel.queue_declare("bills", passive=True)
print(sent, flush=True)
"""
#: Takes everything from the queue.
CONSUMER = """\
import sys, pika
channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
channel.basic_consume("bills", lambda *_: None, auto_ack=True)
channel.start_consuming()
"""


class Ears:
    """What came in from the view: latencies, events, whether it was behind."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.published = 0
        self.behind = False

    def feed(self, line: dict[str, Any]) -> None:
        """One line."""
        if line["type"] != "batch":
            return
        now = time.time()
        self.behind |= line["behind"]
        for event in line["events"]:
            if event["kind"] == "publish":
                self.published += event["n"]
                self.latencies.append(1_000 * (now - float(event["about"]["body"][:17])))


def cpu_s(pid: int) -> float:
    """The processor time that a process has used; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


@contextmanager
def vhost(broker: Broker) -> Iterator[None]:
    """A vhost with one exchange and one queue."""
    with Management(broker) as management:
        clean_vhost(management, VHOST)
        try:
            with pika.BlockingConnection(broker.parameters(VHOST)) as connection:
                channel = connection.channel()
                channel.exchange_declare("orders", "topic")
                channel.queue_declare("bills")
                channel.queue_bind("bills", "orders", "order.*")
            yield
        finally:
            drop_vhost(management, VHOST)


def full_speed(broker: Broker, messages: int) -> float:
    """Messages a second that one program publishes and consumes, in turns of 500."""
    with pika.BlockingConnection(broker.parameters(VHOST)) as connection:
        channel, got = connection.channel(), 0

        def take(*_: Any) -> None:
            nonlocal got
            got += 1

        channel.basic_consume("bills", take, auto_ack=True)
        began = time.perf_counter()
        for sent in range(1, messages + 1):
            channel.basic_publish("orders", "order.created", b"x" * BODY_BYTES)
            while sent % 500 == 0 and got < sent:
                connection.process_data_events(0.01)
        return messages / (time.perf_counter() - began)


def price(broker: Broker, runs: int, messages: int) -> None:
    """The rate at full speed, watched and unwatched in turns."""
    found: dict[str, list[float]] = {"unwatched": [], "watched": []}
    full_speed(broker, messages // 4)  # warm
    for _ in range(runs):
        found["unwatched"].append(full_speed(broker, messages))
        with LiveClient(broker, VHOST):
            found["watched"].append(full_speed(broker, messages))
    print(f"publish and consume at full speed, messages/s, {runs} runs of {messages} each")
    for name, rates in found.items():
        print(f"{name:>10} median {statistics.median(rates):7.0f}   {min(rates):.0f} to {max(rates):.0f}")
    ratio = statistics.median(found["watched"]) / statistics.median(found["unwatched"])
    print(f"{'watched':>10} is {100 * ratio:.0f} % of unwatched\n", flush=True)


def pace(broker: Broker, rate: int, seconds: float) -> None:
    """Latency, processor share and losses at one rate."""
    ears, url = Ears(), broker.url(VHOST)
    programs = -(-rate // PER_PROGRAM)
    with ExitStack() as stack:
        client = stack.enter_context(LiveClient(broker, VHOST, on_line=ears.feed))
        tap = client._process.pid if client._process else 0
        consumer = stack.enter_context(subprocess.Popen([sys.executable, "-c", CONSUMER, url]))
        stack.callback(consumer.kill)
        time.sleep(1.5)  # the programs have begun
        before, began, kernel = cpu_s(tap), time.monotonic(), time.process_time()
        arguments = [url, str(rate / programs), str(seconds), str(BODY_BYTES)]
        publishers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", PUBLISHER, *arguments], stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(programs)
        ]
        sent = sum(int(publisher.communicate()[0]) for publisher in publishers)
        lasted = time.monotonic() - began
        tap_share, kernel_share = (cpu_s(tap) - before) / lasted, (time.process_time() - kernel) / lasted
        client.sync(30)
    ordered = sorted(ears.latencies)
    p50, p95 = (ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.95))
    print(
        f"{rate:>10} {sent / seconds:>9.0f} {p50:>7.1f} {p95:>7.1f} {100 * tap_share:>6.1f} "
        f"{100 * kernel_share:>8.1f} {100 * ears.published / sent:>8.1f}   {'yes' if ears.behind else 'no'}",
        flush=True,
    )


def idle(broker: Broker, seconds: float) -> None:
    """The processor share while nothing happens, and how long it takes to begin and to end."""
    began = time.monotonic()
    with LiveClient(broker, VHOST) as client:
        started = time.monotonic() - began
        tap = client._process.pid if client._process else 0
        time.sleep(4)
        before = cpu_s(tap)
        time.sleep(seconds)
        share = (cpu_s(tap) - before) / seconds
        ended = time.monotonic()
    print(f"begins in {started:.2f} s, ends in {time.monotonic() - ended:.2f} s, idle {100 * share:.1f} %\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="how often each way at full speed (5)")
    parser.add_argument("--messages", type=int, default=10_000, help="messages in a run (10000)")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each rate is kept up (8)")
    parser.add_argument("--rates", type=int, nargs="*", default=RATES, help="messages a second")
    chosen = parser.parse_args()
    broker = ensure_broker()
    with vhost(broker):
        idle(broker, chosen.seconds)
        if chosen.runs:
            price(broker, chosen.runs, chosen.messages)
        print("    wanted      sent    latency ms    % of a processor    % told   behind")
        print("       1/s       1/s     p50     p95    tap   kernel")
        for rate in chosen.rates:
            pace(broker, rate, chosen.seconds)


if __name__ == "__main__":
    main()
