"""For the people on call: the process lives, can it work, and its numbers; and the hub that misses nothing."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from labs.broker.address import Broker
from labs.orders.domain.notification import Notification
from labs.orders.domain.tally import Tally
from labs.orders.process.worker import Worker
from labs.orders.running import OrderSystem
from labs.orders.web.client import ShopClient
from labs.orders.web.hub import Hub
from labs.orders.web.metrics import Metrics
from labs.orders.web.stream import frames
from labs.outcome import Ack, Dead, Retry
from labs.topology import Topology
from tests.orders.conftest import NOWHERE, PASSWORD, wait_until

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def numbers(page: str) -> Numbers:
    """Every sample of a metrics page, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def value(samples: Numbers, name: str, **labels: str) -> float:
    """One number of the page; 0 when it is not there yet."""
    return samples.get((name, frozenset(labels.items())), 0)


def read(client: httpx.Client) -> Numbers:
    """What the shop's metrics page says now."""
    return numbers(client.get("/metrics").text)


def test_the_process_lives_and_the_shop_can_take_orders(shop: OrderSystem, customer: httpx.Client) -> None:
    """Without a broker, too: orders are taken all the same, and the lag is told."""
    assert customer.get("/healthz").json() == {"alive": True}
    answer = customer.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ready"], told["database"], told["stopping"]) == (True, True, False)
    assert (told["broker"], told["waiting"]) == (False, 0)


def test_a_shop_without_its_database_lives_but_is_not_ready(
    shop: OrderSystem, customer: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killing it would not bring the database back; sending it no customers helps."""

    def away(*_: object) -> int:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection unexpectedly"))

    monkeypatch.setattr(shop._parts.outbox, "waiting", away)
    answer = customer.get("/readyz")
    assert (answer.status_code, answer.json()["ready"], answer.json()["database"]) == (503, False, False)
    assert customer.get("/healthz").status_code == 200
    assert customer.get("/metrics").status_code == 200  # the other numbers are wanted most just now


def test_a_database_that_does_not_answer_is_not_waited_for(
    shop: OrderSystem, customer: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked table, a network that swallows packets: the probe has its own patience."""
    hang = threading.Event()
    monkeypatch.setattr("labs.orders.web.ops_routes.PATIENCE_S", 0.2)
    monkeypatch.setattr(shop._parts.outbox, "waiting", lambda: hang.wait(30))
    assert customer.get("/readyz").status_code == 503
    hang.set()


def test_a_shop_that_is_stopping_is_not_ready(shop: OrderSystem, customer: httpx.Client) -> None:
    """Whoever distributes requests hears it before the door is closed."""
    customer.get("/readyz")  # the connection that stays open
    shop._parts.hub.close()
    answer = customer.get("/readyz")
    assert (answer.status_code, answer.json()["stopping"]) == (503, True)


def test_requests_are_counted_by_template_and_status(
    shop: OrderSystem, customer: httpx.Client, ahmed: dict[str, object]
) -> None:
    """Never by address: numbers of orders and inventions of strangers would be lines without end."""
    for number in range(1, 4):
        customer.get(f"/api/algeria-orders/{number}")
    customer.get("/wp-login.php")
    customer.get("/static/checkout.js")
    customer.request("PROPFIND", "/healthz")
    assert customer.post("/api/algeria-orders", json=ahmed).status_code == 201
    assert customer.post("/api/algeria-orders", json={}).status_code == 422
    samples = read(customer)
    order = "/api/algeria-orders/{order_id}"
    assert value(samples, "shop_requests_total", method="GET", route=order, status="401") == 3
    assert value(samples, "shop_requests_total", method="GET", route="other", status="404") == 1
    assert value(samples, "shop_requests_total", method="GET", route="other", status="200") == 1
    assert value(samples, "shop_request_seconds_count", method="GET", route=order) == 3
    assert value(samples, "shop_orders_accepted_total") == 1
    assert value(samples, "shop_events_waiting") == 1
    methods = {dict(labels).get("method") for _, labels in samples}
    assert "PROPFIND" not in methods
    assert "other" in methods


def test_no_label_holds_what_a_customer_typed(
    shop: OrderSystem, customer: httpx.Client, ahmed: dict[str, object]
) -> None:
    """The page needs no login, so it may not know anybody."""
    typed = {"customerName": "Zoubida", "productName": "Rosewater", "wilaya": "Tamanrasset"}
    assert customer.post("/api/algeria-orders", json=ahmed | typed).status_code == 201
    customer.get("/api/algeria-orders?q=Zoubida")
    page = customer.get("/metrics").text
    for word in ("Zoubida", "Rosewater", "Tamanrasset", "213555123456"):
        assert word not in page


def test_streams_are_counted_while_they_are_open(shop: OrderSystem, admin: httpx.Client) -> None:
    """An open stream is one answer, begun; its hours are not a latency."""
    with admin.stream("GET", "/api/notifications/stream"):
        wait_until("the dashboard to listen", lambda: shop._parts.hub.open_streams == 1)
        client = ShopClient(shop.url)
        samples = read(client.http)
        client.close()
    assert value(samples, "shop_streams_open") == 1
    route = "/api/notifications/stream"
    assert value(samples, "shop_requests_total", method="GET", route=route, status="200") == 1


def test_two_shops_in_one_process_do_not_add_up(tmp_path: Path) -> None:
    """A registry of its own for each: a notebook may run several."""
    with (
        OrderSystem(NOWHERE, vhost="/", home=tmp_path / "a", admin_password=PASSWORD) as one,
        OrderSystem(NOWHERE, vhost="/", home=tmp_path / "b", admin_password=PASSWORD) as other,
    ):
        clients = [ShopClient(shop.url) for shop in (one, other)]
        for _ in range(3):
            clients[0].http.get("/healthz")
        counted = [
            value(read(client.http), "shop_requests_total", method="GET", route="/healthz", status="200")
            for client in clients
        ]
        for client in clients:
            client.close()
    assert counted == [3, 0]


def test_a_tally_counts_from_many_threads() -> None:
    """Nothing gets lost between two that count at once."""
    tally = Tally()
    threads = [
        threading.Thread(target=lambda: [tally.note("sms", "done") for _ in range(2000)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.counts() == {("sms", "done"): 16_000}


class Kept:
    """A feed in memory, whose numbers a test chooses. `asked` counts the looks into it."""

    def __init__(self) -> None:
        self.rows: list[Notification] = []
        self.asked = 0
        self.broken = False

    def after(self, last_id: int, *, limit: int) -> list[Notification]:
        """As the real feed."""
        self.asked += 1
        if self.broken:
            raise OperationalError("SELECT", {}, Exception("the database is away"))
        return [row for row in self.rows if row.id > last_id][:limit]

    def latest_id(self) -> int:
        """As the real feed."""
        return self.rows[-1].id if self.rows else 0


def test_what_became_of_events_and_deliveries_is_told() -> None:
    """Noted by relay and readers in their own threads, read here."""
    tally = Tally()
    tally.note("relay", "published", 50)
    for outcome in (Ack(), Ack(), Retry(reason="later"), Dead(reason="never")):
        tally.outcome("inventory", outcome)
    hub = Hub(Kept(), buffer=1, status=dict)
    metrics = Metrics(hub, tally, waiting=lambda: 3)
    samples = numbers(metrics.page().decode())
    assert value(samples, "shop_events_published_total") == 50
    assert value(samples, "shop_events_waiting") == 3
    outcomes = {
        what: value(samples, "shop_deliveries_total", reader="inventory", outcome=what)
        for what in ("done", "retried", "dead")
    }
    assert outcomes == {"done": 2, "retried": 1, "dead": 1}


async def told(feed: Kept, announced: list[int], *, count: int, pulse_s: float = 60) -> list[int]:
    """What a live dashboard hears when exactly these numbers are announced, one after the other, twice over."""
    hub = Hub(feed, buffer=1000, status=dict)
    rows = {row.id: row for row in feed.rows}
    feed.rows, told = [], list[int]()
    async with asyncio.timeout(10), hub.running(pulse_s=pulse_s):
        stream = frames(hub, feed, last_id=None)
        for _ in range(2):
            await anext(stream)  # the greeting and the first pulse
        feed.rows = list(rows.values())
        for number in announced:
            hub.announce(rows[number])
        while len(told) < count:
            told += [frame.id for frame in [await anext(stream)] if frame.id]
        for number in announced:
            hub.announce(rows[number])  # a duplicate is not news
        await asyncio.sleep(0.01)
        hub.close()
        return told + [frame.id async for frame in stream if frame.id]


def kept(*numbers: int) -> Kept:
    """A feed with these rows."""
    feed = Kept()
    feed.rows = [Notification(id=number, event="order.created", payload={}) for number in numbers]
    return feed


def test_the_next_notification_needs_no_look_into_the_database() -> None:
    """The usual case costs nothing."""
    feed = kept(1, 2, 3)
    assert asyncio.run(told(feed, [1, 2, 3], count=3)) == [1, 2, 3]
    assert feed.asked == 0


def test_announcements_that_overtake_each_other_are_told_in_order() -> None:
    """Two feed workers, two queues, and the network between: whatever the order, 1 to 40 come as 1 to 40."""
    feed, order = kept(*range(1, 41)), list(range(1, 41))
    for seed in range(5):
        random.Random(seed).shuffle(order)  # noqa: S311 a shuffle, no secret
        assert asyncio.run(told(kept(*range(1, 41)), order, count=40)) == [row.id for row in feed.rows]


def test_a_lost_announcement_is_made_good_by_the_next_one() -> None:
    """The exclusive queue was away with its broker: 1 to 4 were never announced, 5 was."""
    feed = kept(1, 2, 3, 4, 5)
    assert asyncio.run(told(feed, [5], count=5)) == [1, 2, 3, 4, 5]


def test_the_last_announcement_of_an_evening_can_be_lost_like_any_other() -> None:
    """Nothing follows that would show the gap, so the hub looks by itself."""
    feed = kept(1, 2, 3)
    assert asyncio.run(told(feed, [1], count=3, pulse_s=0.1)) == [1, 2, 3]


def test_a_number_that_no_row_has_holds_nobody_up() -> None:
    """A transaction that was undone took 2 and 3 with it."""
    feed = kept(1, 4, 5)
    assert asyncio.run(told(feed, [1, 4, 5], count=3)) == [1, 4, 5]


def test_more_than_one_page_of_gap_is_filled() -> None:
    """A web process that was cut off for an hour."""
    feed = kept(*range(1, 700))
    assert asyncio.run(told(feed, [699], count=699)) == list(range(1, 700))


def test_what_the_database_cannot_say_now_is_told_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    """The hub survives it, and leaves nothing out."""

    async def run() -> list[int]:
        feed = kept(1, 2, 3)
        rows, feed.rows = feed.rows, []
        hub = Hub(feed, buffer=100, status=dict)
        async with asyncio.timeout(10), hub.running(pulse_s=0.05):
            stream = frames(hub, feed, last_id=None)
            for _ in range(2):
                await anext(stream)
            feed.broken, feed.rows = True, rows
            hub.announce(rows[2])
            await asyncio.to_thread(wait_until, "three looks", lambda: feed.asked >= 3)
            feed.broken = False
            numbers: list[int] = []
            while len(numbers) < 3:
                numbers += [frame.id for frame in [await anext(stream)] if frame.id]
            return numbers

    assert asyncio.run(run()) == [1, 2, 3]
    assert "is told when it is back" in caplog.text


def test_a_pulse_asks_a_database_that_is_away_and_nobody_who_called_for_it_is_hurt() -> None:
    """Workers call for a pulse when their connection goes, and that may be because the database went."""

    async def run() -> dict[str, object]:
        away = [True, True]

        def status() -> dict[str, object]:
            if away:
                away.pop()
                raise OperationalError("select", {}, OSError("the server closed the connection"))
            return {"broker": True}

        hub = Hub(kept(1), buffer=100, status=status)
        hub.pulse()  # nobody listens yet
        async with asyncio.timeout(10), hub.running(pulse_s=60):
            with hub.subscribe() as mailbox:
                for left in (1, 0):
                    hub.pulse()
                    await asyncio.to_thread(wait_until, "the question", lambda left=left: len(away) == left)
                hub.pulse()
                frame = await mailbox.next()
                return dict(json.loads(frame.text))

    assert asyncio.run(run())["data"] == {"broker": True}


def test_a_worker_lives_on_when_nobody_can_be_told_of_its_connection(
    broker: Broker, vhost: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen in a crash: the database went, telling dashboards of it failed, and the relay was dead for good."""
    runs: list[int] = []

    def work(_: object, stop: threading.Event) -> None:
        runs.append(1)
        if len(runs) < 3:
            raise OperationalError("select", {}, OSError("the server closed the connection"))
        stop.wait(10)

    def changed() -> None:
        raise OperationalError("select", {}, OSError("the server is starting up"))

    worker = Worker("orders.test", url=broker.url(vhost), topology=Topology(), work=work, changed=changed)
    worker.start()
    wait_until("the third attempt", lambda: len(runs) == 3, within_s=20)
    assert worker.connected
    assert worker.stop(within_s=10)
    assert "Nobody could be told" in caplog.text
