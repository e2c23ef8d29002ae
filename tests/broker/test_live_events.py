"""The live view against a real broker: every kind of event is told, once, on the right lanes, with its reason."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from pika.spec import BasicProperties

from labs.broker.address import Broker
from tests.broker.live_watching import Watched, channel, watching


@pytest.fixture
def watched(broker: Broker, vhost: str) -> Iterator[Watched]:
    """A live view of the test's vhost."""
    with watching(broker, vhost) as watched:
        yield watched


def test_a_publish_is_told_with_its_copies_and_why(broker: Broker, vhost: str, watched: Watched) -> None:
    """Producer, exchange, the way of each copy, key, headers, body, and the reasons in words."""
    with channel(broker, vhost, "shop") as shop:
        shop.exchange_declare("orders", "topic")
        shop.queue_declare("bills")
        shop.queue_bind("bills", "orders", "order.*")
        properties = BasicProperties(message_id="o-1", headers={"region": "eu"}, content_type="text/plain")
        shop.basic_publish("orders", "order.created", b"one pizza", properties)
        watched.synced()
    (event,) = watched.events("publish")
    assert (event["message"], event["exchange"], event["n"], event["lost"]) == ("m:o-1", "x:orders", 1, False)
    assert event["copies"] == [["binding:x:orders>q:bills"]]
    assert event["queues"] == ["q:bills"]
    assert event["lane"] == f"publish:{event['from']}>x:orders"
    assert event["about"] == {
        "key": "order.created",
        "id": "o-1",
        "headers": {"region": "eu"},
        "properties": {"message_id": "o-1", "content_type": "text/plain"},
        "body": "one pizza",
        "bytes": 9,
        "why": ['orders --[order.*]--> bills: order = order, * took "created"'],
    }
    assert {edge["id"] for edge in watched.record.graph["edges"]} == {event["lane"], *event["copies"][0]}


def test_an_unroutable_message_falls_out_of_its_exchange(
    broker: Broker, vhost: str, watched: Watched
) -> None:
    """No binding fits: no copies, lost, and counted at the exchange."""
    with channel(broker, vhost, confirm=False) as shop:
        shop.exchange_declare("orders", "direct")
        shop.basic_publish("orders", "nobody", b"")
        shop.basic_publish("", "no-such-queue", b"")
        shop.basic_publish("", "no-such-queue", b"", mandatory=True)
        shop.queue_declare("bills")
        seen = watched.synced()
    events = watched.events("publish")
    assert [(event["exchange"], event["copies"], event["lost"]) for event in events] == [
        ("x:orders", [], True),
        ("x:", [], True),
        ("x:", [], True),
    ]
    assert seen.unroutable == {"x:orders": 1, "x:": 2}


def test_deliveries_redeliveries_and_gets_are_told_apart(
    broker: Broker, vhost: str, watched: Watched
) -> None:
    """A message that comes back is told with `again`, and `basic.get` is a consumer of its own."""
    with channel(broker, vhost, "worker") as worker:
        worker.queue_declare("bills")
        worker.basic_publish("", "bills", b"", BasicProperties(message_id="o-1"))
        other = worker.connection.channel()  # on one channel, without the broker's news, nobody could tell
        method, _, _ = other.basic_get("bills")
        other.basic_nack(method.delivery_tag, requeue=True)
        got = []
        worker.basic_consume("bills", lambda channel, method, *_: got.append(method.delivery_tag))
        while not got:
            worker.connection.process_data_events(0.05)
        watched.synced()
        worker.basic_ack(got[0])
        seen = watched.synced()
    first, second = watched.events("deliver")
    assert (first["queue"], first["to"], first["again"]) == ("q:bills", "c:bills:get", False)
    assert (second["queue"], second["again"]) == ("q:bills", True)
    assert second["to"].startswith("c:bills:")
    assert second["to"] != first["to"]
    assert first["message"] == second["message"] == "m:o-1"
    assert seen.redelivered == {second["lane"]: 1}
    assert seen.counts == {"q:bills": (0, 0)}
    assert not watched.events("dead")
    assert not watched.events("gone")


def test_two_consumers_of_one_queue_are_two_nodes(broker: Broker, vhost: str, watched: Watched) -> None:
    """Each delivery goes to the one who got it; nobody has the queue to himself, so what they hold is an estimate."""
    with channel(broker, vhost) as setup:
        setup.queue_declare("bills")
    with channel(broker, vhost, "ann") as ann, channel(broker, vhost, "ben") as ben:
        for worker in (ann, ben):
            worker.basic_qos(prefetch_count=1)
            worker.basic_consume("bills", lambda *_: None)
        watched.wait_for(lambda: {"c:bills:ann", "c:bills:ben"} <= watched.nodes())
        for _ in range(4):
            ann.basic_publish("", "bills", b"")
        seen = watched.synced()
    takers = Counter(event["to"] for event in watched.events("deliver") if not event["again"])
    assert takers == {"c:bills:ann": 1, "c:bills:ben": 1}
    assert seen.counts["q:bills"] == (2, 2)
    assert seen.holds == {"c:bills:ann": (1, False), "c:bills:ben": (1, False)}
    nodes = {node["id"]: node for node in watched.record.graph["nodes"]}
    assert [nodes[id_]["prefetch"] for id_ in ("c:bills:ann", "c:bills:ben")] == [1, 1]


@pytest.mark.parametrize("head_start_s", [0.0, 0.2, 0.5])
def test_a_consumer_that_began_just_before_the_view_is_no_basic_get(
    broker: Broker, vhost: str, head_start_s: float
) -> None:
    """The broker's list shows it after half a second and its news were before our time: the delivery waits for it."""
    with channel(broker, vhost, "early") as early:
        early.queue_declare("bills")
        early.basic_consume("bills", lambda *_: None)
        time.sleep(head_start_s)
        with watching(broker, vhost) as watched:
            early.basic_publish("", "bills", b"")
            early.connection.process_data_events(0)
            watched.synced()
    assert [event["to"] for event in watched.events("deliver")] == ["c:bills:early"]


def test_one_consumer_holds_exactly_what_its_queue_counts(
    broker: Broker, vhost: str, watched: Watched
) -> None:
    """Who has a queue to himself holds its unacked messages; with auto-ack nobody holds anything."""
    with channel(broker, vhost, "ann") as ann:
        for queue, automatic in (("bills", False), ("news", True)):
            ann.queue_declare(queue)
            ann.basic_consume(queue, lambda *_: None, auto_ack=automatic)
            for _ in range(3):
                ann.basic_publish("", queue, b"")
        watched.wait_for(lambda: {"c:bills:ann", "c:news:ann"} <= watched.nodes())
        seen = watched.synced()
    assert seen.counts == {"q:bills": (0, 3), "q:news": (0, 0)}
    assert seen.holds == {"c:bills:ann": (3, True)}
    nodes = {node["id"]: node["auto_ack"] for node in watched.record.graph["nodes"]}
    assert (nodes["c:bills:ann"], nodes["c:news:ann"]) == (False, True)


def test_the_events_of_one_message_come_in_order(broker: Broker, vhost: str, watched: Watched) -> None:
    """Published before delivered, delivered before redelivered; times never go back."""
    with channel(broker, vhost, "shop") as shop:
        shop.queue_declare("bills")
        for number in range(20):
            shop.basic_publish("", "bills", b"", BasicProperties(message_id=str(number)))
            method, _, _ = shop.basic_get("bills")
            shop.basic_reject(method.delivery_tag, requeue=True)
            method, _, _ = shop.basic_get("bills")
            shop.basic_ack(method.delivery_tag)
        watched.synced()
    for number in range(20):
        told = [event for event in watched.events() if event["message"] == f"m:{number}"]
        assert [(event["kind"], event.get("again")) for event in told] == [
            ("publish", None),
            ("deliver", False),
            ("deliver", True),
        ]
    times = [event["at"] for event in watched.events() if event["kind"] != "dead"]
    assert times == sorted(times)


def test_the_answer_to_a_request_is_not_lost_though_no_queue_takes_it(
    broker: Broker, vhost: str, watched: Watched
) -> None:
    """Direct reply-to: the broker hands it to the one who asked, past all queues."""
    with channel(broker, vhost, "asker", confirm=False) as asker:
        answers = []
        asker.queue_declare("requests")
        asker.basic_consume("amq.rabbitmq.reply-to", lambda *got: answers.append(got), auto_ack=True)
        asker.basic_publish("", "requests", b"?", BasicProperties(reply_to="amq.rabbitmq.reply-to"))
        _, properties, _ = asker.basic_get("requests", auto_ack=True)
        asker.basic_publish("", properties.reply_to, b"!")
        while not answers:
            asker.connection.process_data_events(0.05)
        seen = watched.synced()
    assert [event["lost"] for event in watched.events("publish")] == [False, False]
    assert seen.unroutable == {}
