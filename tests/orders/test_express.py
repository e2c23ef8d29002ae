"""The express lane: new events go to the relay by hand, and the outbox keeps its promise all the same."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from labs.errors import ConnectionLost, Unroutable
from labs.message import Message
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.tally import PUBLISHED, REFUSED, RELAY, Tally
from labs.orders.domain.validation import read_order
from labs.orders.process import express as lane
from labs.orders.process.express import Express
from labs.orders.store.intake import Intake
from tests.orders.conftest import AHMED, Store


class Broker:
    """A window whose answers the test gives."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Future[None]]] = []

    def publish(self, message: Message, key: str) -> Future[None]:
        """Note it, and leave the answer open."""
        assert key == "order.created"
        answer: Future[None] = Future()
        self.asked.append((str(message.message_id), answer))
        return answer

    def answer(self, error: Exception | None = None) -> None:
        """The same answer to all that are open."""
        for _, answer in self.asked:
            if not answer.done():
                answer.set_exception(error) if error else answer.set_result(None)


class Desk:
    """An intake and its express lane, on the test's database."""

    def __init__(self, store: Store) -> None:
        self.woken = self.committed = 0
        self.tally = Tally()
        self.express = Express(store.outbox, form="envelope", tally=self.tally, wake=self._wake)
        self.intake = Intake(
            store.database, clock=store.clock, new_id=store.new_id, first_id=42,
            committed=self._commit, carrier=self.express,
        )  # fmt: skip

    def order(self) -> int:
        """Ahmed orders; the number of his order."""
        return self.intake.take(read_order(AHMED)).order.id

    def send(self) -> Broker:
        """Ahmed orders, and the event is on its way; returns the broker, whose answer is open."""
        broker = Broker()
        self.order()
        self.express.publish(broker)
        return broker

    def _wake(self) -> None:
        self.woken += 1

    def _commit(self) -> None:
        self.committed += 1


def claimed(store: Store) -> list[OrderEvent]:
    """What another relay would get now."""
    return list(store.outbox.claim(10).events)


def test_what_is_handed_over_is_nobody_elses_and_is_marked_when_it_is_confirmed(store: Store) -> None:
    """One event, one publish, one mark; no claim in between."""
    desk, broker = Desk(store), Broker()
    with desk.express.running():
        desk.order()
        assert (desk.woken, desk.committed) == (1, 0)
        assert claimed(store) == []
        desk.express.publish(broker)
        desk.express.mark()
        assert store.outbox.waiting() == 1
        before = desk.express.idle
        broker.answer()
        desk.express.mark()
        assert store.outbox.waiting() == 0
        assert (before, desk.express.idle) == (False, True)
    assert desk.tally.counts()[RELAY, PUBLISHED] == 1


def test_without_a_relay_at_work_the_outbox_gets_the_event(store: Store) -> None:
    """The broker is away, or the relay runs in another process."""
    desk = Desk(store)
    desk.order()
    assert (desk.woken, desk.committed) == (0, 1)
    assert len(claimed(store)) == 1


def test_what_was_not_sent_when_the_line_broke_is_free_at_once(store: Store) -> None:
    """Nobody waits for a lease to run out."""
    desk = Desk(store)
    with desk.express.running():
        desk.order()
    assert len(claimed(store)) == 1


def test_what_nobody_knows_the_end_of_is_free_at_once(store: Store) -> None:
    """It may be there already; a duplicate is better than a loss."""
    desk = Desk(store)
    with desk.express.running():
        desk.send().answer(ConnectionLost("The line is gone."))
        with pytest.raises(ConnectionLost):
            desk.express.mark()
    assert len(claimed(store)) == 1


def test_what_was_confirmed_in_the_last_moment_is_marked(store: Store) -> None:
    """The confirm came, then the line broke: that is no reason to send it again."""
    desk = Desk(store)
    with desk.express.running():
        desk.send().answer()
    assert store.outbox.waiting() == 0


def test_a_refused_event_is_tried_again_when_its_lease_runs_out(store: Store) -> None:
    """Somebody may have mended the binding by then."""
    desk = Desk(store)
    with desk.express.running():
        desk.send().answer(Unroutable("No queue wanted it."))
        desk.express.mark()
        assert claimed(store) == []
        store.clock.forward(60)
        assert len(claimed(store)) == 1
    assert desk.tally.counts()[RELAY, REFUSED] == 1


def test_a_crash_after_the_commit_costs_time_and_nothing_else(store: Store) -> None:
    """The process is gone, and with it the event that was handed over; its row has a lease, and that ends."""
    desk = Desk(store)
    running = desk.express.running()
    running.__enter__()
    desk.order()
    assert claimed(store) == []
    store.clock.forward(60)
    assert len(claimed(store)) == 1


def test_an_event_that_is_handed_over_too_late_is_free_at_once(store: Store) -> None:
    """The lease was written, then the relay lost its line, then came the hand-over."""
    desk = Desk(store)
    with desk.express.running():
        lease = desk.express.lease()
        assert lease is not None
        desk.order()
    token_of_old = store.outbox.claim(10)
    desk.express.carry_now(type(lease)(token=token_of_old.token, until=lease.until), token_of_old.events)
    assert len(claimed(store)) == 1


def test_too_many_on_the_way_wait_in_the_outbox(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded: the third order's event is left to a claim."""
    monkeypatch.setattr(lane, "MOST", 2)
    desk = Desk(store)
    with desk.express.running():
        for _ in range(3):
            desk.order()
        assert (desk.woken, desk.committed) == (2, 1)
        assert len(claimed(store)) == 1
