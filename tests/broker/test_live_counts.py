"""What the live view counts is what was published: on every lane of every kind of exchange, and in every queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import BasicProperties

from labs.broker.address import Broker
from labs.broker.management import Management
from tests.broker.live_watching import Watched, channel, watching

MESSAGES = 200


@pytest.fixture
def watched(broker: Broker, vhost: str) -> Iterator[Watched]:
    """A live view of the test's vhost."""
    with watching(broker, vhost) as watched:
        yield watched


def _declare(shop: BlockingChannel) -> None:
    """Every kind of exchange, some feeding others, one with an alternate."""
    for name, kind, arguments in (
        ("orders", "topic", {"alternate-exchange": "unrouted"}),
        ("audit", "fanout", {}),
        ("regions", "headers", {}),
        ("unrouted", "fanout", {}),
        ("exact", "direct", {}),
    ):
        shop.exchange_declare(name, kind, arguments=arguments)
    for queue in ("bills", "log", "copy", "eu", "rest", "plain", "direct"):
        shop.queue_declare(queue)
    shop.queue_bind("bills", "orders", "order.created")
    shop.queue_bind("bills", "orders", "order.#")  # a second binding brings no second copy
    shop.exchange_bind("audit", "orders", "order.*")
    shop.exchange_bind("regions", "orders", "#.paid")
    shop.queue_bind("log", "audit")
    shop.queue_bind("copy", "audit")
    shop.queue_bind("eu", "regions", "", {"x-match": "all", "region": "eu"})
    shop.queue_bind("rest", "unrouted")
    shop.queue_bind("direct", "exact", "now")


def _journeys(number: int) -> tuple[str, str, dict[str, Any], set[str]]:
    """Where message `number` is published, and the lanes that it must take after its producer's."""
    bills, audit = "binding:x:orders>q:bills", "binding:x:orders>x:audit"
    both = {audit, "binding:x:audit>q:log", "binding:x:audit>q:copy"}
    regions, eu = "binding:x:orders>x:regions", "binding:x:regions>q:eu"
    return (
        ("orders", "order.created", {}, {bills} | both),
        ("orders", "order.paid", {"region": "eu"}, {bills, regions, eu} | both),
        ("orders", "order.a.b", {}, {bills}),
        ("orders", "other", {}, {"alternate:x:orders>x:unrouted", "binding:x:unrouted>q:rest"}),
        ("", "plain", {}, {"binding:x:>q:plain"}),
        ("exact", "now", {}, {"binding:x:exact>q:direct"}),
        ("audit", "any", {}, {"binding:x:audit>q:log", "binding:x:audit>q:copy"}),
        ("exact", "later", {}, set()),
    )[number % 8]


def test_the_lanes_add_up_for_every_kind_of_exchange(broker: Broker, vhost: str, watched: Watched) -> None:
    """200 messages: topic, direct, fanout and headers exchanges, exchange to exchange, alternate, default."""
    expected: Counter[str] = Counter()
    with channel(broker, vhost, "shop", confirm=False) as shop:
        _declare(shop)
        for number in range(MESSAGES):
            exchange, key, headers, lanes = _journeys(number)
            shop.basic_publish(exchange, key, b"", BasicProperties(message_id=str(number), headers=headers))
            expected.update(lanes)
        shop.queue_declare("bills")  # answered when all of them are there
        seen = watched.synced()
    told = watched.events("publish")
    assert sum(event["n"] for event in told) == MESSAGES
    assert sum(event["n"] for event in told if event["lost"]) == MESSAGES // 8
    assert {lane: n for lane, n in seen.lanes.items() if not lane.startswith("publish:")} == expected
    assert sum(n for lane, n in seen.lanes.items() if lane.startswith("publish:")) == MESSAGES
    assert seen.unroutable == {"x:exact": MESSAGES // 8}
    assert sum(line["seen"] for line in watched.lines if line["type"] == "batch") == MESSAGES
    assert {queue: ready for queue, (ready, _) in seen.counts.items()} == {
        "q:bills": 75,
        "q:log": 75,
        "q:copy": 75,
        "q:eu": 25,
        "q:rest": 25,
        "q:plain": 25,
        "q:direct": 25,
    }
    assert not watched.record.behind
    edges = {edge["id"] for edge in watched.record.graph["edges"]}
    assert set(seen.lanes) <= edges


def test_deliveries_add_up_for_each_consumer(broker: Broker, vhost: str, watched: Watched) -> None:
    """200 messages to two consumers with auto-ack: every delivery is told, for the one who got it."""
    with channel(broker, vhost, "ann") as ann, channel(broker, vhost, "ben") as ben:
        got: Counter[str] = Counter()
        ann.queue_declare("bills")
        for name, worker in (("ann", ann), ("ben", ben)):
            worker.basic_consume("bills", lambda *_, name=name: got.update([name]), auto_ack=True)
        watched.wait_for(lambda: {"c:bills:ann", "c:bills:ben"} <= watched.nodes())
        with channel(broker, vhost, "shop") as shop:
            for _ in range(MESSAGES):
                shop.basic_publish("", "bills", b"")
        while got.total() < MESSAGES:
            ann.connection.process_data_events(0.05)
            ben.connection.process_data_events(0.05)
        seen = watched.synced()
    assert {lane: n for lane, n in seen.lanes.items() if lane.startswith("consume:")} == {
        f"consume:q:bills>c:bills:{name}": n for name, n in got.items()
    }
    assert seen.counts == {"q:bills": (0, 0)}


@pytest.mark.parametrize("kind", ["quorum", "stream"])
def test_replicated_queues_are_counted_at_once(
    broker: Broker, vhost: str, watched: Watched, kind: str
) -> None:
    """The statistics of these lag, the ready messages that are shown do not."""
    with channel(broker, vhost, "shop") as shop:
        shop.queue_declare("ledger", durable=True, arguments={"x-queue-type": kind})
        for number in range(5):
            shop.basic_publish("", "ledger", str(number).encode())
        seen = watched.synced()
        assert seen.counts == {"q:ledger": (5, 0)}
        if kind == "quorum":
            tags = [shop.basic_get("ledger")[0].delivery_tag for _ in range(2)]
            shop.basic_ack(tags[0])
            assert watched.synced().counts == {"q:ledger": (3, 1)}
    assert sum(event["n"] for event in watched.events("publish")) == 5
    assert not watched.events("gone")
    (node,) = (node for node in watched.record.graph["nodes"] if node["id"] == "q:ledger")
    assert (node["type"], node["badges"][1]["mark"]) == (kind, kind)


def test_a_stream_is_read_and_keeps_what_it_holds(broker: Broker, vhost: str, watched: Watched) -> None:
    """Each delivery of a stream is told; nothing is gone, because reading takes nothing away."""
    with channel(broker, vhost, "reader") as reader:
        reader.queue_declare("ledger", durable=True, arguments={"x-queue-type": "stream"})
        for number in range(5):
            reader.basic_publish("", "ledger", str(number).encode())
        got = []
        reader.basic_qos(prefetch_count=10)
        reader.basic_consume(
            "ledger", lambda *message: got.append(message[3]), arguments={"x-stream-offset": "first"}
        )
        while len(got) < 5:
            reader.connection.process_data_events(0.05)
        seen = watched.synced()
    assert sum(event["n"] for event in watched.events("deliver")) == 5
    assert seen.counts["q:ledger"][0] == 5
    assert not watched.events("gone")


def test_policies_show_as_badges(
    broker: Broker, management: Management, vhost: str, watched: Watched
) -> None:
    """A dead-letter exchange, a limit and a time to live that a policy sets look like declared ones."""
    with channel(broker, vhost) as shop:
        shop.exchange_declare("dead", "fanout")
        shop.queue_declare("bills", arguments={"x-max-length": 10})
    definition = {"dead-letter-exchange": "dead", "max-length": 3, "message-ttl": 5000}
    management.put(
        f"/policies/{vhost}/p", {"pattern": "^bills", "definition": definition, "apply-to": "queues"}
    )

    def badges() -> set[str]:
        graph = watched.record.graph or {"nodes": []}
        return {
            badge["mark"] for node in graph["nodes"] if node["id"] == "q:bills" for badge in node["badges"]
        }

    watched.wait_for(lambda: {"DLX", "max 3", "TTL 5 s"} <= badges())
    assert "dead-letter:q:bills>x:dead" in {edge["id"] for edge in watched.record.graph["edges"]}
