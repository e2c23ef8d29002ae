"""Effects in a batch: one transaction for all, and nobody pays for another one's failure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import OperationalError

from labs.errors import InvalidValue
from labs.message import Delivery
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.process.effects import Effect, Effects
from labs.orders.store.tables import feed, inbox, outbox
from labs.outcome import Ack, Dead, Retry
from tests.orders.conftest import Store


def delivery(store: Store, number: int) -> Delivery:
    """The delivery of event `number`."""
    event = OrderEvent(
        id=f"e-{number}",
        name="order.created",
        order_id=number,
        payload={"orderId": number},
        created_at=store.clock(),
    )
    return Delivery(
        message=to_message(event), exchange="orders", routing_key=event.name, redelivered=False,
        delivery_tag=number, consumer_tag="c",
    )  # fmt: skip


def noting(failures: dict[int, Exception], told: list[int]) -> Callable[[Connection, OrderEvent], Effect]:
    """A service that notes each event, answers with an event of its own, and fails for some *after* that."""

    def apply(connection: Connection, event: OrderEvent) -> Effect:
        connection.execute(insert(feed).values(event=event.id, payload="{}", received_at=0))
        if event.order_id in failures:
            raise failures[event.order_id]
        answer = OrderEvent(
            id=f"answer to {event.id}",
            name="x",
            order_id=event.order_id,
            payload={},
            created_at=event.created_at,
        )
        return Effect(emits=(answer,), afterwards=lambda: told.append(event.order_id))

    return apply


def kept(store: Store) -> tuple[list[str], list[str], list[str]]:
    """What is in the service's table, in its inbox and in the outbox."""
    with store.database.read() as connection:
        return (
            list(connection.execute(select(feed.c.event).order_by(feed.c.event)).scalars()),
            list(connection.execute(select(inbox.c.message_id).order_by(inbox.c.message_id)).scalars()),
            list(connection.execute(select(outbox.c.event_id).order_by(outbox.c.event_id)).scalars()),
        )


@pytest.mark.parametrize("size", [1, 4])
def test_one_that_fails_is_left_out_and_the_others_have_their_effect_once(store: Store, size: int) -> None:
    """Effect, inbox and answers of the good ones, nothing of the bad ones, whoever shared a transaction."""
    told: list[int] = []
    failures = {2: InvalidValue("no order"), 3: RuntimeError("not now")}
    effects = Effects(store.database, name="s", apply=noting(failures, told), clock=store.clock)
    deliveries = [delivery(store, number) for number in (1, 2, 3, 4)]
    batches = [deliveries[start : start + size] for start in range(0, 4, size)]
    outcomes = [outcome for batch in batches for outcome in effects.handle_batch(batch)]
    assert outcomes == [Ack(), Dead(reason="no order"), Retry(reason="RuntimeError: not now"), Ack()]
    assert kept(store) == (["e-1", "e-4"], ["e-1", "e-4"], ["answer to e-1", "answer to e-4"])
    assert told == [1, 4]
    failures.clear()  # the next attempt of the one that was to come again
    assert effects.handle_batch(deliveries[2:]) == [Ack(), Ack()]
    assert (kept(store)[0], told) == (["e-1", "e-3", "e-4"], [1, 4, 3])


def test_a_duplicate_in_the_same_batch_has_no_second_effect(store: Store) -> None:
    """The first one's inbox row is not committed yet, and counts all the same."""
    told: list[int] = []
    effects = Effects(store.database, name="s", apply=noting({}, told), clock=store.clock)
    assert effects.handle_batch([delivery(store, 1), delivery(store, 1)]) == [Ack(), Ack()]
    assert (kept(store)[0], told) == (["e-1"], [1])


def test_a_database_that_fails_keeps_every_message_with_the_broker(store: Store) -> None:
    """No outcome at all: the exception ends the connection, and nothing of the batch was done."""
    told: list[int] = []
    away = OperationalError("statement", {}, Exception("disk I/O error"))
    effects = Effects(store.database, name="s", apply=noting({2: away}, told), clock=store.clock)
    with pytest.raises(OperationalError):
        effects.handle_batch([delivery(store, 1), delivery(store, 2)])
    assert (kept(store), told) == (([], [], []), [])
