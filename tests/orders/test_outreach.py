"""Reaching people outside, one event and several recipients: who is told, how often, and what the broker hears."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError

from labs.attempts import next_attempt, parked, redriven, restored
from labs.message import Delivery, Message
from labs.orders.channels.outreach import Never, NotNow, Outreach, Unwanted
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.store.deliveries import Addressed, Deliveries
from labs.outcome import Ack, Dead, Retry
from tests.orders.conftest import Store


@dataclass
class Town:
    """Everybody outside: what each of them will say next, and what they were told under which key."""

    says: dict[str, list[Exception]] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    slow_s: float = 0.0
    hears: asyncio.Event = field(default_factory=asyncio.Event)


class Crier(Outreach):
    """A channel whose outside is a list in memory."""

    def __init__(self, notes: Deliveries, town: Town, *everybody: str) -> None:
        super().__init__("crier", notes)
        self.town, self.everybody = town, everybody

    async def recipients(self, event: OrderEvent) -> Sequence[str]:  # noqa: ARG002
        """Whoever lives there."""
        return self.everybody

    async def send(self, event: OrderEvent, recipient: str, *, key: str) -> str | None:  # noqa: ARG002
        """Told, or what they say instead."""
        self.town.told.append((recipient, key))
        self.town.hears.set()
        await asyncio.sleep(self.town.slow_s)
        if answers := self.town.says.get(recipient):
            raise answers.pop(0)
        return f"ref-{recipient}"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def notes(store: Store) -> Deliveries:
    return Deliveries(store.database, clock=store.clock)


def delivery(store: Store, event_id: str = "e-1") -> Delivery:
    """`order.created` of order 42, as it comes from the queue."""
    event = OrderEvent(
        id=event_id, name="order.created", order_id=42, payload={"orderId": 42}, created_at=store.clock()
    )
    return delivered(to_message(event))


def delivered(message: Message) -> Delivery:
    """A delivery of this message."""
    return Delivery(
        message=message, exchange="orders", routing_key="order.created",
        redelivered=False, delivery_tag=1, consumer_tag="c",
    )  # fmt: skip


def given_back(handed: Delivery) -> Delivery:
    """The same after a crash: the broker delivers it again, and says so."""
    return replace(handed, redelivered=True)


def states(notes: Deliveries) -> dict[str, tuple[str, int]]:
    """Recipient → state and attempts."""
    return {note.what.recipient: (note.state, note.attempts) for note in notes.about(42)}


def test_everybody_is_told_once_however_often_the_event_comes(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """The second delivery finds the notes and sends nothing; the answer is the same."""
    crier = Crier(notes, town, "anna", "omar")
    assert asyncio.run(crier.handle(delivery(store))) == Ack()
    assert asyncio.run(crier.handle(delivery(store))) == Ack()
    assert sorted(who for who, _ in town.told) == ["anna", "omar"]
    assert states(notes) == {"anna": ("sent", 1), "omar": ("sent", 1)}
    assert {note.reference for note in notes.about(42)} == {"ref-anna", "ref-omar"}


def test_two_deliveries_in_one_moment_are_worked_on_one_by_one(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """A relay's repeat while the first is in hand: the second waits, and then finds the note."""
    crier = Crier(notes, town, "anna")

    async def both() -> list[object]:
        return await asyncio.gather(crier.handle(delivery(store)), crier.handle(delivery(store)))

    assert asyncio.run(both()) == [Ack(), Ack()]
    assert len(town.told) == 1


def test_one_who_cannot_be_reached_now_does_not_keep_the_others_from_it(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """Omar is told at once; Anna in the third attempt, and Omar not again."""
    town.says["anna"] = [NotNow("busy", after_s=7), TimeoutError()]
    crier = Crier(notes, town, "anna", "omar")
    first = asyncio.run(crier.handle(delivery(store)))
    assert (first, isinstance(first, Retry) and first.reason) == (Retry(after_ms=7000, reason="busy"), "busy")
    assert states(notes) == {"anna": ("waiting", 1), "omar": ("sent", 1)}
    second = asyncio.run(crier.handle(delivery(store)))
    assert isinstance(second, Retry)
    assert second.reason.startswith("TimeoutError")
    assert asyncio.run(crier.handle(delivery(store))) == Ack()
    assert [who for who, _ in town.told].count("omar") == 1
    assert states(notes) == {"anna": ("sent", 3), "omar": ("sent", 1)}


def test_one_who_can_never_be_reached_is_noted_and_the_others_are_told(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """It is no reason to park the event: somebody has it."""
    town.says["anna"] = [Never("no such street")]
    crier = Crier(notes, town, "anna", "omar")
    assert asyncio.run(crier.handle(delivery(store))) == Ack()
    assert states(notes) == {"anna": ("failed", 1), "omar": ("sent", 1)}
    assert asyncio.run(crier.handle(given_back(delivery(store)))) == Ack()
    assert len(town.told) == 2


def test_an_event_that_nobody_can_ever_be_told_is_dead_and_stays_dead_after_a_crash(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """If the process dies before the broker hears it, the repeat says the same, without sending again."""
    town.says["anna"] = [Never("no such street")]
    town.says["omar"] = [NotNow("busy"), Never("moved")]
    crier = Crier(notes, town, "anna", "omar")
    second = replace(delivery(store), message=next_attempt(delivery(store)))
    assert asyncio.run(crier.handle(delivery(store))) == Retry(reason="busy")
    assert asyncio.run(crier.handle(second)) == Dead(reason="no such street; moved")
    assert asyncio.run(crier.handle(given_back(second))) == Dead(reason="no such street; moved")
    assert len(town.told) == 3


def test_what_was_parked_for_good_is_tried_again_when_a_person_sends_it_round_again(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """Mended: they get it. Not mended: it is dead again, and its reason is told once."""
    town.says["anna"] = [Never("no such street"), Never("still no such street")]
    crier = Crier(notes, town, "anna")
    first = delivery(store)
    outcome = asyncio.run(crier.handle(first))
    assert outcome == Dead(reason="no such street")
    sent_round = replace(first, message=redriven(parked(first, reason="no such street")))
    assert asyncio.run(crier.handle(restored(sent_round))) == Dead(reason="still no such street")
    assert asyncio.run(crier.handle(restored(sent_round))) == Ack()
    assert states(notes) == {"anna": ("sent", 3)}


def test_one_who_does_not_want_it_any_more_is_nobodys_problem(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """Noted as failed, and acknowledged: there is nothing for a person to mend."""
    town.says["anna"] = [Unwanted("gone")]
    assert asyncio.run(Crier(notes, town, "anna").handle(delivery(store))) == Ack()
    assert states(notes) == {"anna": ("failed", 1)}


def test_an_event_for_nobody_is_done(store: Store, notes: Deliveries, town: Town) -> None:
    """No customer's address, no webhook: nothing to do is done."""
    assert asyncio.run(Crier(notes, town).handle(delivery(store))) == Ack()
    assert notes.about(42) == []


def test_poison_is_dead_and_reaches_nobody(store: Store, notes: Deliveries, town: Town) -> None:
    """Not JSON, not an event, no order: parked with a sentence, never tried again."""
    crier = Crier(notes, town, "anna")
    for body in (b"\xff\xfe", b"[]", b'{"type": "order.created", "data": {}}'):
        outcome = asyncio.run(crier.handle(delivered(Message(body=body))))
        assert isinstance(outcome, Dead), body
    assert town.told == []


@pytest.fixture
def full_disk(notes: Deliveries, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database that can be read and not written, until the test undoes it."""

    def torn(*_: object, **__: object) -> bool:
        raise OperationalError("insert", {}, OSError("the disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(notes, "sent", torn)
        yield


def test_a_crash_between_sending_and_noting_sends_again_under_the_same_key(
    store: Store, notes: Deliveries, town: Town, full_disk: None
) -> None:
    """The honest limit: they hear it twice. The key is the same, so who looks at keys can tell."""
    with pytest.raises(OperationalError):
        asyncio.run(Crier(notes, town, "anna").handle(delivery(store)))
    after_the_crash = Deliveries(store.database, clock=store.clock)
    assert asyncio.run(Crier(after_the_crash, town, "anna").handle(delivery(store))) == Ack()
    (first, second) = town.told
    assert first == second
    assert states(notes) == {"anna": ("sent", 1)}


def test_while_the_database_cannot_be_written_nobody_is_told_over_and_over(
    store: Store, notes: Deliveries, town: Town, full_disk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full for an hour: the broker gives the event back every few seconds, and one mail goes out."""
    crier = Crier(notes, town, "anna")
    for _ in range(5):
        with pytest.raises(OperationalError):
            asyncio.run(crier.handle(given_back(delivery(store))))
    monkeypatch.setattr(notes, "sent", partial(Deliveries.sent, notes))
    assert asyncio.run(crier.handle(given_back(delivery(store)))) == Ack()
    assert len(town.told) == 1
    assert states(notes) == {"anna": ("sent", 1)}
    assert {note.reference for note in notes.about(42)} == {"ref-anna"}


def test_a_line_that_breaks_while_a_mail_is_sent_does_not_send_it_again(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """The consumer gives up waiting, the broker delivers again; the second waits for the first, and finds its note."""
    crier = Crier(notes, town, "anna")

    async def broken_line() -> object:
        town.slow_s = 0.3
        first = asyncio.create_task(crier.handle(delivery(store)))
        await asyncio.wait_for(town.hears.wait(), 10)
        first.cancel()
        assert isinstance((await asyncio.gather(first, return_exceptions=True))[0], asyncio.CancelledError)
        return await crier.handle(given_back(delivery(store)))

    assert asyncio.run(broken_line()) == Ack()
    assert len(town.told) == 1
    assert states(notes) == {"anna": ("sent", 1)}


def test_each_event_and_each_recipient_has_a_key_of_its_own(
    store: Store, notes: Deliveries, town: Town
) -> None:
    """Two events to two people: four keys, and the same four on another day."""
    crier = Crier(notes, town, "anna", "omar")
    for event_id in ("e-1", "e-2"):
        asyncio.run(crier.handle(delivery(store, event_id)))
    keys = [key for _, key in town.told]
    assert len(set(keys)) == 4
    assert keys[0] == "0c6f13c0-aca3-5971-898d-de082fd2559f"


def test_what_is_sent_stays_sent_and_its_events_are_written_down_once(
    store: Store, notes: Deliveries
) -> None:
    """Two workers had the same event: the later one changes nothing, whatever it believes."""
    what = Addressed(channel="shipping", event_id="e-1", order_id=42, recipient="carrier")
    booked = OrderEvent(
        id="b-1", name="shipping.booked", order_id=42, payload={"orderId": 42}, created_at=store.clock()
    )
    assert notes.sent(what, reference="T-1", emits=[booked])
    assert not notes.sent(what, reference="T-2", emits=[booked])
    notes.waiting(what, error="too slow")
    notes.failed(what, error="too late")
    (note,) = notes.about(42)
    assert (note.state, note.reference, note.error, note.attempts) == ("sent", "T-1", None, 1)
    assert store.outbox.waiting() == 1
