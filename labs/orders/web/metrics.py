"""Numbers for the people on call, in the form that Prometheus reads.

What happens in this layer is counted as it happens: requests, by route *template* and status, never by
address: `/api/algeria-orders/{order_id}` is one line, a million order numbers would be a million. The rest is
asked for when somebody looks: streams, what waits, what became of deliveries. Labels never hold anything that
a customer typed. A registry of our own: two shops in one process do not add up.
https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labs.orders.domain.tally import PUBLISHED, REFUSED, RELAY, Tally
from labs.orders.web.hub import Hub

#: What the page is, for the scraper.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper ends of the latency histogram, in seconds: from a stored order to one that waited for a lock.
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
#: The request that makes an order, and the answer that says so.
ACCEPTED = ("POST", "/api/algeria-orders", 201)
#: Methods that get a label of their own; a stranger can invent others without end.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics(Collector):
    """One shop's numbers. `waiting` says how many events the outbox holds.

    How many messages lie in a parking lot is the broker's to say: its own exporter has every queue's depth.
    """

    def __init__(self, hub: Hub, tally: Tally, *, waiting: Callable[[], int]) -> None:
        self._hub, self._tally, self._waiting = hub, tally, waiting
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "shop_requests", "Answers begun, by route and status.", (*labels, "status"), registry=self.registry
        )  # fmt: skip
        self._seconds = Histogram(
            "shop_request_seconds", "From request to the first byte of the answer.", labels,
            buckets=BUCKETS_S, registry=self.registry,
        )  # fmt: skip
        self._accepted = Counter(
            "shop_orders_accepted", "Orders stored and answered with 201.", registry=self.registry
        )  # fmt: skip
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry.register(self)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is its template, `seconds` the time until it began."""
        method = method if method in METHODS else "other"
        counter, histogram = self._places(method, route, status)
        counter.inc()
        histogram.observe(seconds)
        if (method, route, status) == ACCEPTED:
            self._accepted.inc()

    def _places(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """Where to count. Looked up once: templates, methods and statuses are few."""
        place = (method, route, status)
        if place not in self._known:
            self._known[place] = (
                self._requests.labels(method, route, str(status)),
                self._seconds.labels(method, route),
            )
        return self._known[place]

    def page(self) -> bytes:
        """Everything as text. Reads the database: call it in a thread."""
        return generate_latest(self.registry)

    def describe(self) -> Iterable[CounterMetricFamily]:
        """Nothing in advance: registering must not ask the database."""
        return ()

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        """What is known elsewhere, asked for now."""
        yield GaugeMetricFamily("shop_streams_open", "Dashboards that listen now.", self._hub.open_streams)
        yield CounterMetricFamily(
            "shop_streams_cut", "Dashboards cut for reading slowly.", self._hub.cut_streams
        )
        with suppress(SQLAlchemyError):  # a database that is away is when the other numbers are wanted most
            yield GaugeMetricFamily("shop_events_waiting", "Events that the broker lacks.", self._waiting())
        counts = self._tally.counts()
        for what, text in (
            (PUBLISHED, "Events that the broker confirmed."),
            (REFUSED, "Events it did not take."),
        ):
            yield CounterMetricFamily(f"shop_events_{what}", text, counts.get((RELAY, what), 0))
        outcomes = CounterMetricFamily(
            "shop_deliveries", "Deliveries, by reader and what became of them.", labels=("reader", "outcome")
        )  # fmt: skip
        for (who, what), number in sorted(counts.items()):
            if who != RELAY:
                outcomes.add_metric((who, what), number)
        yield outcomes


class Measured:
    """ASGI middleware that counts every answer the moment it begins: an open stream counts once, not for hours."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and look at the clock when the answer starts."""
        began = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.answered(
                    method=scope["method"],
                    route=getattr(scope.get("route"), "path", "other"),
                    status=message["status"],
                    seconds=time.perf_counter() - began,
                )
            await send(message)

        await self._app(scope, receive, send_counted if scope["type"] == "http" else send)
