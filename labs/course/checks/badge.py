"""Exercise 17.2: the number on the badge, for every mark that somebody could have set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from labs.course.checks.page_shop import PageShop, page_shop
from labs.course.probe import Probe
from labs.course.verdict import Step
from labs.orders.domain.clock import system_clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import ORDER_CREATED, OrderEvent
from labs.sync.connection import connect
from labs.sync.producer import Producer

NEW = "SELECT count(DISTINCT json_extract(payload, '$.orderId')) FROM feed WHERE id > ? AND event = 'order.created'"
EVENTS = "SELECT count(*) FROM feed WHERE id > ?"


def counts_new_orders(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """As the database counts, for each mark from 0 to the last notification."""
    with page_shop(probe) as page:
        _some_days_work(probe, page)
        notices = page.office.http.get("/api/notifications", params={"limit": 200}).json()["items"]
        marks = range(len(notices) + 1)

        @wraps(attempt)
        def run(_: Any) -> list[Any]:
            return [attempt([dict(notice) for notice in notices], mark) for mark in marks]

        said = probe.run(run)
        yield Step(
            ok=all(type(count) is int for count in said),
            text=f"it returns a whole number (it returned {type(said[0]).__name__})",
            hint="len(…) of what you collected.",
        )
        for mark in marks:
            new, events = (page.ask(sql, mark)[0][0] for sql in (NEW, EVENTS))
            yield Step(
                ok=said[mark] == new,
                text=f"after number {mark} the database has {new} new orders (it says {said[mark]})",
                hint=_hint(said[mark], new, events),
            )


def _some_days_work(probe: Probe, page: PageShop) -> None:
    """Four orders, one confirmed, one cancelled, and one announced twice, by a relay with a fault."""
    numbers = page.order(4)
    page.office.move(numbers[0], "confirmed")
    page.office.move(numbers[1], "cancelled")
    payload = {"orderId": numbers[2], "message": "once more"}
    again = OrderEvent(
        id="once-more", name=ORDER_CREATED, order_id=numbers[2], payload=payload, created_at=system_clock()
    )
    with connect(probe.url, name="a relay with a fault") as connection:
        Producer(connection, "orders").publish(to_message(again), again.name)
    probe.eventually(lambda: page.ask(EVENTS, 0)[0][0] == 8, within_s=20)


def _hint(said: int, new: int, events: int) -> str:
    if said == events:
        return "That is how many events came, and the admin's own doings are among them: look at `event`."
    if said > new:
        return "Only order.created makes a new order, only a number above `read` is unread, and one order counts once."
    return "Each order whose order.created came after `read` counts, whatever has become of it since."
