"""What the kernel keeps of a live view: journeys, totals since a mark, a still picture of all who took part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pika.spec import BasicProperties

from labs.broker.address import Broker
from labs.drawing.picture import Picture
from tests.broker.live_watching import Watched, channel, watching


@pytest.fixture
def watched(broker: Broker, vhost: str) -> Iterator[Watched]:
    """A live view of the test's vhost."""
    with watching(broker, vhost) as watched:
        yield watched


def test_a_journey_is_told_from_publish_to_the_end(broker: Broker, vhost: str, watched: Watched) -> None:
    """Published, routed, delivered, redelivered, dead-lettered (inferred), delivered; in words without times."""
    with channel(broker, vhost, "shop") as shop, channel(broker, vhost, "worker") as worker:
        shop.exchange_declare("orders", "topic")
        shop.exchange_declare("dead", "fanout")
        shop.queue_declare("dlq")
        shop.queue_bind("dlq", "dead")
        shop.queue_declare("bills", arguments={"x-dead-letter-exchange": "dead"})
        for queue in ("bills", "dlq"):
            shop.queue_bind(queue, "orders", f"order.{queue}")
        shop.queue_declare("log")
        shop.queue_bind("log", "orders", "order.#")
        shop.basic_publish("orders", "order.bills", b"one", BasicProperties(message_id="o-1"))
        shop.basic_publish("orders", "payment.failed", b"two", BasicProperties(message_id="o-2"))
        for requeue in (True, False):
            method, _, _ = worker.basic_get("bills")
            worker.basic_reject(method.delivery_tag, requeue=requeue)
        watched.wait_for(lambda: watched.record.seen.counts.get("q:dlq") == (1, 0))
        watched.synced()
        worker.basic_get("dlq", auto_ack=True)
        watched.synced()
    assert repr(watched.record.journey("o-1")).splitlines() == [
        "Message o-1",
        "1. published by shop to orders with the key order.bills",
        "2. routed to bills, log",
        "3. delivered from bills to get",
        "4. redelivered from bills to get",
        "5. dead-lettered from bills to dlq: rejected (inferred)",
        "6. delivered from dlq to get",
    ]
    assert repr(watched.record.journey("m:o-2")).splitlines() == [
        "Message o-2",
        "1. published by shop to orders with the key payment.failed",
        "2. unroutable because no queue took it",
    ]
    journey = watched.record.journey("o-1")
    assert [step.node for step in journey.steps][:3] == ["p:shop", "x:orders", "c:bills:get"]
    assert [step.at for step in journey.steps] == sorted(step.at for step in journey.steps)
    assert repr(watched.record.journey("o-3")) == "Message o-3\nwas not seen here."
    assert not watched.record.journey("o-3")


def test_connections_that_live_for_a_blink_are_in_the_picture_with_their_names(
    broker: Broker, vhost: str, watched: Watched
) -> None:
    """As most cells of a notebook do it: connect, publish or consume, hang up."""
    with channel(broker, vhost, "shop") as shop:
        shop.queue_declare("bills")
        for _ in range(3):
            shop.basic_publish("", "bills", b"")
    with channel(broker, vhost, "worker") as worker:
        for method, _, _ in worker.consume("bills", inactivity_timeout=5):
            worker.basic_ack(method.delivery_tag)
            if method.delivery_tag == 3:
                break
    seen = watched.synced()
    assert seen.lanes == {
        "publish:p:shop>x:": 3,
        "binding:x:>q:bills": 3,
        "consume:q:bills>c:bills:worker": 3,
    }
    picture = Picture(watched.record.whole(), seen)
    watched.wait_for(lambda: "c:bills:worker" not in watched.nodes())  # it has left …
    later = Picture(watched.record.whole(), watched.record.seen)
    assert repr(later) == repr(picture)  # … but not from the still: its messages are there
    assert "consumer worker" in repr(picture)


def test_totals_begin_anew_at_a_mark(broker: Broker, vhost: str, watched: Watched) -> None:
    """One picture for each experiment."""
    with channel(broker, vhost, "shop") as shop:
        shop.queue_declare("bills")
        shop.basic_publish("", "bills", b"")
        watched.synced()
        watched.record.mark()
        assert watched.record.seen.lanes == {}
        assert watched.record.seen.counts == {"q:bills": (1, 0)}
        shop.basic_publish("", "bills", b"")
        assert watched.synced().lanes == {"publish:p:shop>x:": 1, "binding:x:>q:bills": 1}


def test_many_queues_are_shown_as_groups_with_their_sums(
    broker: Broker, vhost: str, watched: Watched
) -> None:
    """Lanes are those that are drawn; opening the group shows its members."""
    with channel(broker, vhost, "shop") as shop:
        shop.exchange_declare("orders", "direct")
        for number in range(30):
            shop.queue_declare(f"part.{number}")
            shop.queue_bind(f"part.{number}", "orders", str(number))
        for number in range(10):
            shop.basic_publish("orders", str(number), b"")
        seen = watched.synced()
    assert watched.nodes() == {"p:shop", "x:orders", "g:part.*"}
    assert seen.lanes == {"publish:p:shop>x:orders": 10, "binding:x:orders>g:part.*": 10}
    assert seen.counts["g:part.*"] == (10, 0)
    watched.client.send({"do": "expand", "node": "g:part.*"})
    watched.wait_for(lambda: {f"q:part.{number}" for number in range(30)} <= watched.nodes())
    watched.client.send({"do": "collapse", "node": "g:part.*"})
    watched.wait_for(lambda: "g:part.*" in watched.nodes())


def test_the_view_follows_the_topology(broker: Broker, vhost: str, watched: Watched) -> None:
    """What is declared appears, what is deleted goes; nothing is published."""
    with channel(broker, vhost) as shop:
        shop.exchange_declare("orders", "topic")
        shop.queue_declare("bills")
        watched.wait_for(lambda: {"x:orders", "q:bills"} <= watched.nodes())
        shop.queue_bind("bills", "orders", "order.*")
        watched.wait_for(
            lambda: "binding:x:orders>q:bills" in {edge["id"] for edge in watched.record.graph["edges"]}
        )
        shop.queue_delete("bills")
        watched.wait_for(lambda: watched.nodes() == {"x:orders"})
        assert "q:bills" not in watched.synced().counts
