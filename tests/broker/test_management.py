"""The management API as the lessons use it: exact where it is exact, in time where it lags."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pika
import pytest

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.broker.vhosts import clean_vhost, drop_vhost
from labs.errors import AccessRefused, BrokerRefused, BrokerUnavailable, NotFound

#: Our own nodes show statistics after about a second; somebody else's broker after five.
PRIVATE_S, FOREIGN_S = 3.0, 10.0


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[pika.BlockingConnection]:
    """A connection into the test's vhost."""
    with pika.BlockingConnection(broker.parameters(vhost)) as opened:
        yield opened


def soon(broker: Broker, seen: Callable[[], Any]) -> Any:
    """What `seen` returns once it is true, within the time in which statistics appear."""
    deadline = time.monotonic() + (FOREIGN_S if broker.source == "environment" else PRIVATE_S)
    while not (result := seen()):
        assert time.monotonic() < deadline, f"nothing was seen in time: {result!r}"
        time.sleep(0.05)
    return result


def publish(channel: Any, queue: str, count: int) -> None:
    """Put `count` messages into `queue`, each confirmed."""
    channel.confirm_delivery()
    for _ in range(count):
        channel.basic_publish("", queue, b"x")


class Stumbling(BaseHTTPRequestHandler):
    """Answers 500 as often as `falls` says, and then a list."""

    falls = 0

    def do_GET(self) -> None:
        """One answer."""
        cls, fell = type(self), type(self).falls > 0
        cls.falls -= 1
        body = b'{"error": "Internal Server Error"}' if fell else b"[]"
        self.send_response(500 if fell else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize("falls", [0, 1, 2])
def test_a_list_that_stumbles_is_asked_for_once_more(broker: Broker, falls: int) -> None:
    """RabbitMQ 4.0 lists vhosts while one of them is being deleted; twice in a row is a refusal like any other."""
    Stumbling.falls = falls
    with ThreadingHTTPServer(("127.0.0.1", 0), Stumbling) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with Management(replace(broker, management_url=f"http://127.0.0.1:{server.server_port}")) as client:
            if falls > 1:
                with pytest.raises(BrokerRefused, match="500"):
                    client.vhosts()
            else:
                assert client.vhosts() == []
        server.shutdown()


def test_the_overview_names_the_node_and_its_version(management: Management, broker: Broker) -> None:
    """This is also how a node proves that it is the one we started."""
    overview = management.overview()
    assert overview["node"] == broker.node
    assert overview["rabbitmq_version"][0].isdigit()


def test_the_depth_of_a_classic_queue_is_exact_at_once(
    management: Management, vhost: str, connection: pika.BlockingConnection
) -> None:
    """Not polled: the first look after the confirms shows them all, and what a consumer holds."""
    channel = connection.channel()
    channel.queue_declare("orders", durable=True)
    publish(channel, "orders", 3)
    channel.basic_get("orders")
    row = management.queue(vhost, "orders")
    assert (row["messages"], row["messages_ready"], row["messages_unacknowledged"]) == (3, 2, 1)


@pytest.mark.parametrize("kind", ["quorum", "stream"])
def test_the_depth_of_other_queues_follows_soon(
    management: Management, vhost: str, broker: Broker, connection: pika.BlockingConnection, kind: str
) -> None:
    """They report themselves in ticks, which our node makes twice a second instead of every five."""
    channel = connection.channel()
    channel.queue_declare(kind, durable=True, arguments={"x-queue-type": kind})
    publish(channel, kind, 3)
    assert soon(broker, lambda: management.queue(vhost, kind).get("messages") == 3)


def test_a_connection_shows_soon_and_can_be_closed_with_a_reason(
    management: Management, vhost: str, broker: Broker
) -> None:
    """The client hears the reason, as 320 CONNECTION_FORCED."""
    connection = pika.BlockingConnection(broker.parameters(vhost))
    (row,) = soon(broker, lambda: management.connections(vhost))
    management.close_connection(row["name"], "the lesson says so")
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker, match="the lesson says so") as caught:
        connection.process_data_events(time_limit=5.0)
    assert caught.value.reply_code == 320


def test_exchanges_and_bindings_come_sorted_and_complete(
    management: Management, vhost: str, connection: pika.BlockingConnection
) -> None:
    """The same declarations give the same list, whatever their order."""
    channel = connection.channel()
    channel.exchange_declare("orders", "topic")
    channel.queue_declare("b", durable=True)
    channel.queue_declare("a", durable=True)
    for queue, key in (("b", "order.*"), ("a", "order.created"), ("a", "order.#")):
        channel.queue_bind(queue, "orders", key)
    names = [row["name"] for row in management.exchanges(vhost)]
    assert names == sorted(names)
    assert {"", "amq.topic", "orders"} <= set(names)
    bound = [(row["destination"], row["routing_key"]) for row in management.bindings(vhost) if row["source"]]
    assert bound == [("a", "order.#"), ("a", "order.created"), ("b", "order.*")]
    assert [row["name"] for row in management.queues(vhost)] == ["a", "b"]
    assert {row["name"] for row in management.definitions(vhost)["queues"]} == {"a", "b"}


def test_consumers_are_listed_with_their_prefetch(
    management: Management, vhost: str, broker: Broker, connection: pika.BlockingConnection
) -> None:
    """Sorted by queue and tag."""
    channel = connection.channel()
    channel.queue_declare("orders", durable=True)
    channel.basic_qos(prefetch_count=7)
    for tag in ("two", "one"):
        channel.basic_consume("orders", print, consumer_tag=tag)
    rows = soon(broker, lambda: len(listed := management.consumers(vhost)) == 2 and listed)
    assert [(row["consumer_tag"], row["prefetch_count"]) for row in rows] == [("one", 7), ("two", 7)]


@pytest.mark.parametrize("name", ["a/b", "with space", "%2F", "نظام", "a?b#c"])
def test_any_name_can_be_a_vhost(management: Management, vhost: str, name: str) -> None:
    """A name is one segment of the path, whatever it looks like."""
    odd = f"{vhost} {name}"
    clean_vhost(management, odd)
    try:
        assert odd in management.vhosts()
        assert management.queues(odd) == []
    finally:
        drop_vhost(management, odd)
    assert odd not in management.vhosts()


def test_a_clean_vhost_forgets_everything(
    management: Management, vhost: str, connection: pika.BlockingConnection
) -> None:
    """Queues, exchanges and open connections; and it is ready to be used at once."""
    connection.channel().queue_declare("left over", durable=True)
    clean_vhost(management, vhost)
    assert management.queues(vhost) == []
    with pika.BlockingConnection(management.broker.parameters(vhost)) as again:
        again.channel().queue_declare("new", durable=True)
    with pytest.raises(pika.exceptions.AMQPError):
        connection.channel()


def test_dropping_a_vhost_twice_does_no_harm(management: Management, vhost: str) -> None:
    """A teardown cell may be run again."""
    drop_vhost(management, vhost)
    drop_vhost(management, vhost)
    assert vhost not in management.vhosts()


def test_what_is_missing_is_said_in_one_sentence(management: Management, vhost: str) -> None:
    """404 is NotFound, with the broker's number and words."""
    with pytest.raises(NotFound, match="no queue 'nothing'"):
        management.queue(vhost, "nothing")
    with pytest.raises(NotFound) as caught:
        management.get("/vhosts/no-such-vhost")
    assert caught.value.reply_code == 404
    assert "404" in str(caught.value)


def test_what_the_broker_finds_wrong_is_quoted(management: Management, vhost: str) -> None:
    """A malformed declaration is refused with its reason, not with a status alone."""
    with pytest.raises(BrokerRefused, match="refused PUT") as caught:
        management.put(f"/exchanges/{vhost}/x", {"type": "no-such-type"})
    assert "no-such-type" in caught.value.reply_text


def test_a_wrong_password_is_access_refused(broker: Broker) -> None:
    """The sentence does not repeat the password."""
    stranger = Broker(
        amqp_url=broker.amqp_url,
        management_url=broker.management_url,
        user=broker.user,
        password="not-it",
        source="environment",
    )
    with Management(stranger) as management, pytest.raises(AccessRefused) as caught:
        management.overview()
    assert "not-it" not in str(caught.value)


def test_nobody_there_is_broker_unavailable() -> None:
    """At once when the port is closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    nobody = Broker.from_urls("amqp://localhost", f"http://127.0.0.1:{port}")
    with Management(nobody) as management, pytest.raises(BrokerUnavailable, match=str(port)):
        management.overview()


def test_a_broker_that_hangs_is_given_up_on_in_time() -> None:
    """The port is open and silent, as with a paused process."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = Broker.from_urls("amqp://localhost", f"http://127.0.0.1:{server.getsockname()[1]}")
        late = pytest.raises(BrokerUnavailable, match="did not answer GET /overview in time")
        with Management(silent, timeout_s=0.2) as management, late:
            management.overview()


def test_a_proxy_of_the_environment_is_not_asked(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies set HTTP_PROXY; a broker on loopback is none of its business."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with Management(broker) as management:
        assert management.overview()
