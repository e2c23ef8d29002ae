"""One order's story, when it is over, and a crowd's: on the whole shop, as notebook 19 runs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from labs.course.crowd import Crowd, crowd, percentiles
from labs.course.lesson import Lesson
from labs.course.story import audience, followed, is_over, story
from labs.errors import LabsError
from labs.orders.running import OrderSystem
from labs.orders.topology import READERS
from labs.orders.web.client import ShopClient

PASSWORD = "open the shop, please"
FORM: dict[str, Any] = {
    "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000, "wilaya": "Algiers",
    "phone": "+213 555 123 456",
}  # fmt: skip


@pytest.fixture
def lesson_name() -> str:
    """Where the whole shop runs."""
    return "19_order_notifications"


@pytest.fixture
def admin(lesson: Lesson) -> Iterator[ShopClient]:
    """Signed in to a shop with all readers, which the lesson stops."""
    names = [reader.name for reader in READERS]
    shop = OrderSystem(
        lesson.broker, vhost=lesson.vhost, home=lesson.folder / "shop", readers=names, admin_password=PASSWORD
    )
    client = ShopClient(lesson.host(shop).start().url)
    client.sign_in(PASSWORD)
    yield client
    client.close()


def test_an_order_is_followed_to_the_end_of_its_story(admin: ShopClient) -> None:
    """Three events, each read by its audience; and the story goes on when the admin moves the order."""
    number = admin.place(FORM | {"urgent": True, "email": "ahmed@example.com"})["id"]
    rows = story(followed(admin, number)).rows
    told = "email → admin@shop.example, email → ahmed@example.com, sms → +213555000042"
    assert rows == [
        ["order.created", None, "relay", "analytics, feed, inventory, read_model, saga", told],
        ["inventory.reserved", "order.created", "relay", "payment, read_model, saga", None],
        ["payment.processed", "inventory.reserved", "relay", "read_model, saga", None],
    ]
    admin.move(number, "confirmed")
    assert story(followed(admin, number)).rows[3][:4] == [
        "order.status_updated",
        None,
        "relay",
        "feed, read_model",
    ]
    with pytest.raises(LabsError, match="409: This order is confirmed and cannot become pending"):
        admin.move(number, "pending")
    with pytest.raises(LabsError, match="404"):
        admin.timeline(number + 1)


def test_a_story_is_not_over_while_anybody_has_still_to_read() -> None:
    """Take any one hop away, and somebody is missing."""
    readers = [
        reader.name for reader in audience("order.created") if reader.name not in ("sms", "webhooks", "email")
    ]
    hops = [("stored", "shop"), ("published", "relay"), *(("consumed", name) for name in readers)]
    hops.append(("sent", "email → admin@shop.example"))
    items = [
        {"event": "order.created", "eventId": "e1", "hop": hop, "who": who, "cause": None}
        for hop, who in hops
    ]
    assert len(readers) == 5
    assert is_over(items)
    assert not is_over([])
    for missing in items[1:]:
        assert not is_over([item for item in items if item is not missing]), missing["who"]


def test_a_crowd_is_heard_of_once_each_and_its_slowest_hop_is_found(
    admin: ShopClient, lesson: Lesson
) -> None:
    """Every order on the stream, a delay for each, and every part of the story measured."""
    seen = crowd(admin, FORM, 12, url=lesson.url)
    assert seen.heard == seen.accepted
    assert len(seen.delays_ms) == 12
    assert all(delay > 0 for delay in seen.delays_ms)
    hops = seen.hops()
    assert {who: len(found) for who, found in hops.items()} == {
        "analytics": 12, "email": 12, "feed": 12, "inventory": 12, "payment": 12,
        "read_model": 36, "relay": 36, "saga": 36,
    }  # fmt: skip
    assert seen.slowest() in hops
    assert seen.deepest("relay") is None
    assert seen.deepest("shipping") == 0


def test_the_bottleneck_is_the_hop_with_the_longest_p95() -> None:
    """From hand-made timelines: one part is late once in a while, another one always."""

    def item(event: int, hop: str, who: str, ms: int) -> dict[str, Any]:
        at = f"2025-11-16T10:30:{ms // 1000:02}.{ms % 1000:03}Z"
        return {"eventId": str(event), "hop": hop, "who": who, "at": at}

    timelines = tuple(
        [item(n, "stored", "shop", 0), item(n, "consumed", "feed", 20), item(n, "sent", "email → x", 400)]
        for n in range(20)
    )
    looks = ((0.0, {"email": 3}), (0.1, {"email": 9}))
    seen = Crowd(accepted=(), heard=(), delays_ms=(), timelines=timelines, looks=looks)
    assert seen.slowest() == "email"
    assert percentiles(seen.hops()["feed"]) == pytest.approx((20, 20, 20))
    assert seen.deepest("email") == 9


def test_what_a_lesson_hosts_ends_before_the_next_comes_and_when_it_is_closed(lesson: Lesson) -> None:
    """A cell that opens the shop can be run again."""

    class Guest:
        stopped = 0

        def stop(self) -> None:
            self.stopped += 1

    first, second = lesson.host(Guest()), Guest()
    assert lesson.host(second) is second
    assert (first.stopped, second.stopped) == (1, 0)
    lesson.close()
    assert (first.stopped, second.stopped) == (1, 1)
