"""The live view does not change what it shows: the same script gives the same results with and without it."""

from __future__ import annotations

import signal
import time
from typing import Any

from pika.spec import BasicProperties

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.broker.vhosts import clean_vhost
from labs.live.ear import MOST_BYTES
from labs.live.hidden import is_ours
from tests.broker.live_watching import SOON_S, channel, watching


def _script(broker: Broker, vhost: str) -> list[Any]:
    """Publish, consume with a prefetch, ack, give back, reject, get: and note all that the broker says."""
    noted: list[Any] = []
    with channel(broker, vhost, "shop") as shop, channel(broker, vhost, "worker") as worker:
        shop.exchange_declare("orders", "topic")
        shop.exchange_declare("dead", "fanout")
        shop.queue_declare("dlq")
        shop.queue_bind("dlq", "dead")
        for queue, kind in (("bills", "classic"), ("ledger", "quorum")):
            arguments = {"x-queue-type": kind, "x-dead-letter-exchange": "dead"}
            shop.queue_declare(queue, durable=True, arguments=arguments)
            shop.queue_bind(queue, "orders", "order.*")
        for number in range(30):
            shop.basic_publish("orders", "order.created", b"%d" % number, BasicProperties(delivery_mode=2))
        noted.append([_depth(shop, queue) for queue in ("bills", "ledger", "dlq")])
        for queue in ("bills", "ledger"):
            got: list[tuple[int, bool, bytes]] = []

            def take(_: Any, method: Any, __: Any, body: bytes, got: list[Any] = got) -> None:
                got.append((method.delivery_tag, method.redelivered, body))

            worker.basic_qos(prefetch_count=4)
            tag = worker.basic_consume(queue, take)
            while len(got) < 4:
                worker.connection.process_data_events(0.05)
            worker.connection.process_data_events(0.1)
            noted.append([(redelivered, body) for _, redelivered, body in got])  # 4: the prefetch holds
            worker.basic_cancel(tag)
            worker.basic_ack(got[0][0])
            worker.basic_nack(got[1][0], requeue=True)
            worker.basic_reject(got[2][0], requeue=False)
            worker.basic_recover(requeue=True)
            worker.connection.process_data_events(0.1)
            drained = _drained(shop, queue)
            # A quorum queue settles by its log: what it hands on around a cancel, and so marks, differs by itself.
            noted.append(drained if queue == "bills" else sorted(body for _, body in drained))
        noted.append(sorted(body for _, body in _drained(shop, "dlq")))
        noted.append([_depth(shop, queue) for queue in ("bills", "ledger", "dlq")])
    return noted


def _depth(shop: Any, queue: str) -> int:
    return int(shop.queue_declare(queue, passive=True).method.message_count)


def _drained(shop: Any, queue: str) -> list[tuple[bool, bytes]]:
    """Everything in the queue, in order, with its redelivered flag; acknowledged."""
    found = []
    empty_since = None
    while empty_since is None or time.monotonic() - empty_since < 0.3:
        method, _, body = shop.basic_get(queue)
        if method is None:
            empty_since = empty_since or time.monotonic()
            shop.connection.sleep(0.02)
        else:
            empty_since = None
            found.append((method.redelivered, body))
            shop.basic_ack(method.delivery_tag)
    return found


def test_depths_acks_order_and_redelivered_flags_are_the_same(
    broker: Broker, management: Management, vhost: str
) -> None:
    """One script, run unwatched and watched."""
    unwatched = _script(broker, vhost)
    clean_vhost(management, vhost)
    with watching(broker, vhost) as watched:
        assert _script(broker, vhost) == unwatched
        watched.synced()
        assert watched.events("dead")


def test_a_queue_that_nobody_uses_expires_though_it_is_watched(
    broker: Broker, management: Management, vhost: str
) -> None:
    """Looking at a queue must not count as using it (`x-expires`)."""
    with watching(broker, vhost) as watched, channel(broker, vhost) as shop:
        shop.queue_declare("short", arguments={"x-expires": 1500})
        shop.queue_declare("shorter", durable=True, arguments={"x-expires": 1500, "x-queue-type": "quorum"})
        shop.basic_publish("", "short", b"")
        watched.synced()
        assert {"q:short", "q:shorter"} <= watched.nodes()
        deadline = time.monotonic() + SOON_S
        while left := [row["name"] for row in management.queues(vhost) if not is_ours(row["name"])]:
            assert time.monotonic() < deadline, f"still there: {left}"
            time.sleep(0.1)
        watched.wait_for(lambda: not {"q:short", "q:shorter"} & watched.nodes())


def test_a_tap_that_cannot_follow_loses_what_it_hears_and_says_so(
    broker: Broker, management: Management, vhost: str
) -> None:
    """Its queue is bounded, so the broker does not fill up; the view says "at least", and infers nothing from it."""
    with watching(broker, vhost) as watched, channel(broker, vhost, "shop", confirm=False) as shop:
        process = watched.client._process
        assert process is not None
        shop.queue_declare("bills", arguments={"x-max-length": 1})
        watched.synced()
        process.send_signal(signal.SIGSTOP)
        for _ in range(3_000):
            shop.basic_publish("", "bills", b"x" * 20_000)
        shop.queue_declare("bills", passive=True)
        (ours,) = (row for row in management.queues(vhost) if is_ours(row["name"]) and row["messages"] > 1)
        assert ours["messages"] * 20_000 <= MOST_BYTES
        process.send_signal(signal.SIGCONT)
        watched.synced()
        assert watched.record.behind
        assert 0 < sum(event["n"] for event in watched.events("publish")) < 3_000
        told = len(watched.events("gone"))
        watched.record.mark()
        shop.basic_publish("", "bills", b"", BasicProperties(message_id="after"))
        shop.queue_declare("bills", passive=True)
        assert watched.synced().lanes == {"publish:p:shop>x:": 1, "binding:x:>q:bills": 1}
        assert (
            sum(event["n"] for event in watched.events("gone")[told:]) == 1
        )  # the one that had to make room
