"""Exercise 14.2: an office that goes home, loses its line twice, and has every order in its book, once and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pika
import pika.exceptions

from labs.course.probe import Probe
from labs.course.verdict import Step

QUEUE = "order_notifications"
FIRST, LAST = 42, 53
#: Just after this one is written the line breaks; just before that one is written it breaks again.
AFTER, BEFORE = "order-45", "order-48"
#: This one is published a second time, at the end, as a relay does that was not told of its confirm.
TWICE = 47
#: How long an office may take that goes home when nothing came for a second, in seconds; how often it is started.
LIFE_S, LIVES = 10.0, 4


class Book:
    """What the office has written. At the orders that are `due` the line breaks, once each."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.due: set[str] = set()
        self.cut: Callable[[], None] = lambda: None

    def __contains__(self, message_id: object) -> bool:
        return any(message_id == known for known, _ in self.lines)

    def write(self, message_id: str, text: Any) -> None:
        """One line."""
        now = message_id in self.due
        self.due.discard(message_id)
        if now and message_id == BEFORE:
            self.cut()
        words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        self.lines.append((str(message_id), words))
        if now:
            self.cut()


def away_and_back(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """An evening without orders, orders in the night, a day with two cuts; then the book is read."""
    with probe.channel() as channel:
        channel.exchange_declare("orders", exchange_type="topic", durable=True)
    book = Book()
    probe.run(attempt, book, within_s=LIFE_S)  # opens, and goes home
    yield from _waits(probe)
    _publish(probe, range(FIRST, LAST + 1))
    _publish(probe, [TWICE])
    book.due = {AFTER, BEFORE}
    for _ in range(LIVES):
        probe.run(_restarted(attempt), book, within_s=LIFE_S)
        if not probe.eventually(lambda: probe.depth(QUEUE), within_s=0.5):
            break
    yield from _read(book)
    left = probe.depth(QUEUE) or 0
    yield Step(
        ok=left == 0,
        text=f"nothing waits in {QUEUE} any more ({left} left)",
        hint="Acknowledge what is in the book, the repeated ones as well: without an ack they come at every start.",
    )


def _restarted(attempt: Callable[..., Any]) -> Callable[..., None]:
    """The attempt as a life of the office: whatever it does when its line breaks, the line is broken."""

    def life(channel: Any, book: Book) -> None:
        broken = False

        def cut() -> None:
            nonlocal broken
            broken = True
            channel.connection.close()
            raise pika.exceptions.StreamLostError("the line broke")

        book.cut = cut
        try:
            attempt(channel, book)
        except pika.exceptions.AMQPError:
            if not broken:
                raise

    life.__name__ = getattr(attempt, "__name__", "your function")
    return life


def _waits(probe: Probe) -> Iterator[Step]:
    queue = probe.queue(QUEUE)
    yield Step(
        ok=queue is not None,
        text=f"the queue {QUEUE} is there while the office is at home",
        hint="An exclusive queue goes with its connection, and what comes then finds no queue. "
        "Declare it durable, under exactly this name.",
    )
    assert queue is not None
    yield Step(
        ok=bool(queue["durable"]) and not queue.get("auto_delete"),
        text="it is durable, and stays without a consumer",
        hint="durable=True and no auto_delete: it must outlive your program, and the broker's restart.",
    )
    keys = sorted(binding["routing_key"] for binding in probe.bindings("orders", QUEUE))
    yield Step(
        ok=keys == ["order.created"],
        text=f"orders sends it order.created (its bindings: {', '.join(keys) or 'none'})",
        hint='Bind it: queue_bind("order_notifications", "orders", "order.created").',
    )


def _publish(probe: Probe, numbers: Any) -> None:
    with probe.channel() as channel:
        channel.confirm_delivery()
        for number in numbers:
            properties = pika.BasicProperties(message_id=f"order-{number}", delivery_mode=2)
            channel.basic_publish("orders", "order.created", f"order {number}".encode(), properties)


def _read(book: Book) -> Iterator[Step]:
    ids = [message_id for message_id, _ in book.lines]
    wanted = [f"order-{number}" for number in range(FIRST, LAST + 1)]
    missing = [name for name in wanted if name not in ids]
    yield Step(
        ok=not missing,
        text=f"every order is in the book (missing: {', '.join(missing) or 'none'})",
        hint="The broker forgets an order when you acknowledge it, and with auto_ack when it is sent. So write first, "
        "then ack. And a redelivered order may never have been written: ask the book, not the flag.",
    )
    twice = sorted({name for name in ids if ids.count(name) > 1})
    yield Step(
        ok=not twice,
        text=f"each of them once (twice: {', '.join(twice) or 'none'})",
        hint="What was written and not yet acknowledged comes again. Look whether its message_id is in the book.",
    )
    yield Step(
        ok=ids == wanted,
        text=f"in the order of their publishing ({', '.join(ids)})",
        hint="A queue gives in the order it got: write one after the other, as they come.",
    )
    odd = [f"{name}: {text}" for name, text in book.lines if text != name.replace("-", " ")]
    yield Step(
        ok=not odd,
        text=f"each with its own text (wrong: {'; '.join(odd) or 'none'})",
        hint="write takes the message_id and the body: book.write(properties.message_id, body.decode()).",
    )
