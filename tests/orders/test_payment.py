"""The cashier: charged once, never after a cancel, and whatever it was doing when it died is finished later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from labs.message import Message
from labs.orders.channels.payment_answers import GatewayAway, GatewayRefused, Verdict
from labs.orders.domain.event import INVENTORY_RESERVED, ORDER_CANCELLED, OrderEvent
from labs.orders.domain.saga_events import read_centimes
from labs.orders.process.payment import Payment
from labs.orders.store.saga_tables import payments
from labs.orders.store.tables import inbox, outbox
from labs.outcome import Ack, Dead, Outcome, Retry
from tests.orders.conftest import Store
from tests.orders.saga_play import Play, delivered


def told(store: Store, name: str, order_id: int, **payload: object) -> OrderEvent:
    """An event as the cashier reads it."""
    known = {"orderId": order_id, "totalPrice": 329000, "productName": "iPhone 15 Pro", "quantity": 1}
    return OrderEvent(
        id=f"{name}-{order_id}",
        name=name,
        order_id=order_id,
        payload=known | payload,
        created_at=store.clock(),
    )


def hand(play: Play, event: OrderEvent) -> Outcome:
    """Give the event to the cashier."""
    return play.services["payment"](delivered(event))


def noted(play: Play) -> list[str]:
    """Which events the cashier's inbox has."""
    return sorted(row.message_id for row in play.rows(inbox) if row.consumer == "payment")


def test_a_charge_is_written_down_with_its_inbox_and_its_announcement(store: Store) -> None:
    """Row, inbox and outbox tell the same story, and a second delivery changes none of them."""
    with Play(store) as play:
        event = told(store, INVENTORY_RESERVED, 42)
        for _ in range(2):
            assert hand(play, event) == Ack()
            (row,) = play.rows(payments)
            assert (row.state, row.centimes, row.reference) == ("processed", 32_900_000, *play.bank.intents)
            assert noted(play) == [event.id]
            assert play.events(42) == {"payment.processed": 1}
        assert play.bank.ledger() == [("42", 32_900_000)]


def test_a_cancel_that_comes_first_is_remembered(store: Store) -> None:
    """`order.cancelled` overtakes `inventory.reserved`: the bank is not even asked."""
    with Play(store) as play:
        assert hand(play, told(store, ORDER_CANCELLED, 42)) == Ack()
        assert hand(play, told(store, INVENTORY_RESERVED, 42)) == Ack()
        assert play.bank.intents == {}
        assert play.events(42) == {}
        assert len(noted(play)) == 2


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("request_number", [1, 2])
def test_whichever_answer_is_lost_the_next_attempt_finishes_the_work(
    store: Store, fault: str, request_number: int
) -> None:
    """The line breaks at the first or at the second request: a retry, and then one charge."""
    with Play(store) as play:
        play.line.faults = [fault] + [""] * (request_number - 1)  # the last one is used first
        event = told(store, INVENTORY_RESERVED, 42)
        assert isinstance(hand(play, event), Retry)
        assert play.events(42) == {}
        assert noted(play) == []
        assert hand(play, event) == Ack()
        assert play.bank.ledger() == [("42", 32_900_000)]
        assert play.events(42) == {"payment.processed": 1}


@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_cancel_settles_what_a_lost_answer_left_open(store: Store, fault: str) -> None:
    """The charge's outcome is unknown and its event is parked; the cancel finds out, and leaves nothing taken."""
    with Play(store) as play:
        play.line.faults = [fault, ""]
        reserved, cancelled = told(store, INVENTORY_RESERVED, 42), told(store, ORDER_CANCELLED, 42)
        assert isinstance(hand(play, reserved), Retry)
        assert hand(play, cancelled) == Ack()
        assert sum(amount for _, amount in play.bank.ledger()) == 0
        both = {"payment.processed": 1, "payment.refunded": 1}
        assert play.events(42) == ({} if fault == "before" else both)
        before = play.bank.ledger()
        assert hand(play, reserved) == Ack()  # somebody takes it out of the parking lot
        assert play.bank.ledger() == before


def test_a_declined_card_is_announced_and_acknowledged(store: Store) -> None:
    """Declined is not a fault: nothing is tried again."""
    with Play(store) as play:
        play.bank.decline_over = 100
        assert hand(play, told(store, INVENTORY_RESERVED, 42)) == Ack()
        (row,) = play.rows(payments)
        assert (row.state, row.reason) == ("failed", "Your card has insufficient funds.")
        assert play.events(42) == {"payment.failed": 1}


def test_a_wrong_request_is_parked_with_the_services_reason(store: Store) -> None:
    """The bank forgot the payment: only a person can say what that means."""
    with Play(store) as play:
        hand(play, told(store, INVENTORY_RESERVED, 42))
        play.bank.intents.clear()
        outcome = hand(play, told(store, ORDER_CANCELLED, 42))
        assert isinstance(outcome, Dead)
        assert "(404): No such payment_intent" in outcome.reason


def test_what_is_no_event_or_names_no_price_is_parked(store: Store) -> None:
    """Poison: no attempt could ever succeed."""
    with Play(store) as play:
        rubbish = replace(delivered(told(store, INVENTORY_RESERVED, 42)), message=Message(body=b"?"))
        assert isinstance(play.services["payment"](rubbish), Dead)
        for price in (None, True, "329000", 0, -1, 0.001, float("nan"), float("inf"), 10**30):
            outcome = hand(play, told(store, INVENTORY_RESERVED, 42, totalPrice=price))
            assert isinstance(outcome, Dead), price
        assert play.bank.intents == {}
        assert play.rows(payments) == []


@pytest.mark.parametrize(
    ("price", "centimes"), [(0.29, 29), (1999.5, 199_950), (329000, 32_900_000), (4.35, 435)]
)
def test_dinars_become_centimes_without_losing_one(store: Store, price: float, centimes: int) -> None:
    """In floating point 0.29 * 100 is 28.999999999999996."""
    assert read_centimes(told(store, INVENTORY_RESERVED, 1, totalPrice=price)) == centimes


# --- two at once ---------------------------------------------------------------------------------------------


@dataclass
class SlowBank:
    """A bank of four states whose every request waits at its door twice: before it is done, and before the answer."""

    state: str = ""
    taken: list[int] = field(default_factory=list)
    doors: list[asyncio.Future[None]] = field(default_factory=list)

    async def _at_the_door(self) -> None:
        self.doors.append(door := asyncio.get_running_loop().create_future())
        await door

    async def _do(self, work: Callable[[], Verdict]) -> Verdict:
        await self._at_the_door()
        verdict = work()
        await self._at_the_door()
        return verdict

    def prepare(self, **_: object) -> Awaitable[Verdict]:
        """A name."""

        def work() -> Verdict:
            self.state = self.state or "prepared"
            return Verdict(state="charging", reference="pi_1")

        return self._do(work)

    def confirm(self, _: str) -> Awaitable[Verdict]:
        """The money, once."""

        def work() -> Verdict:
            if self.state == "prepared":
                self.state = "charged"
                self.taken.append(1)
            return Verdict(state="cancelled" if self.state == "voided" else "processed")

        return self._do(work)

    def void(self, _: str) -> Awaitable[Verdict]:
        """Never, or too late."""

        def work() -> Verdict:
            self.state = "voided" if self.state == "prepared" else self.state
            return Verdict(state="cancelled" if self.state == "voided" else "processed")

        return self._do(work)

    def refund(self, _: str) -> Awaitable[Verdict]:
        """Back, once."""

        def work() -> Verdict:
            if self.state == "charged":
                self.state = "paid back"
                self.taken.append(-1)
            return Verdict(state="refunded")

        return self._do(work)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_a_charge_and_a_cancel_in_hand_at_once(store: Store, data: st.DataObject) -> None:
    """Two handlers, and a third for a redelivery, interleaved at every door: the money ends where it belongs."""
    order_id = 1000 + len(_rows(store))
    bank = SlowBank()
    cashier = Payment(store.database, bank, clock=store.clock, new_id=store.new_id)  # type: ignore[arg-type]
    reserved, cancelled = told(store, INVENTORY_RESERVED, order_id), told(store, ORDER_CANCELLED, order_id)
    order = data.draw(
        st.permutations([reserved, cancelled, data.draw(st.sampled_from([reserved, cancelled]))])
    )

    async def go() -> None:
        waiting, at_work = list(order), set[asyncio.Task[Outcome]]()
        while waiting or at_work:
            await _until_all_wait(bank, at_work)
            at_work -= {task for task in at_work if task.done()}
            choices = len(bank.doors) + bool(waiting)
            if not choices:
                continue
            chosen = data.draw(st.integers(0, choices - 1))
            if chosen < len(bank.doors):
                bank.doors.pop(chosen).set_result(None)
            else:
                at_work.add(asyncio.create_task(cashier.handle(delivered(waiting.pop(0)))))
            await asyncio.sleep(0)

    asyncio.run(go())
    assert sum(bank.taken) == 0
    assert bank.taken in ([], [1, -1])
    assert bank.state in ("", "prepared", "voided", "paid back")
    (row,) = [row for row in _rows(store) if row.order_id == order_id]
    assert row.state == ("refunded" if bank.taken else "cancelled")
    assert _announced(store, order_id) == (["payment.processed", "payment.refunded"] if bank.taken else [])


def test_an_answer_that_comes_after_the_refund_changes_nothing(store: Store) -> None:
    """Charged, and before the cashier hears of it the cancel has found out and paid back: announced once each."""
    bank = SlowBank()
    cashier = Payment(store.database, bank, clock=store.clock, new_id=store.new_id)  # type: ignore[arg-type]

    async def go() -> None:
        charge = asyncio.create_task(cashier.handle(delivered(told(store, INVENTORY_RESERVED, 42))))
        for _ in range(3):  # prepare and its answer, then confirm; its answer waits at the door
            await _until_all_wait(bank, {charge})
            bank.doors.pop().set_result(None)
            await asyncio.sleep(0)
        await _until_all_wait(bank, {charge})
        late = bank.doors.pop()
        cancel = asyncio.create_task(cashier.handle(delivered(told(store, ORDER_CANCELLED, 42))))
        while not cancel.done():
            await _until_all_wait(bank, {cancel})
            if bank.doors:
                bank.doors.pop().set_result(None)
                await asyncio.sleep(0)
        late.set_result(None)
        assert await charge == Ack()

    asyncio.run(go())
    assert bank.taken == [1, -1]
    assert [row.state for row in _rows(store)] == ["refunded"]
    assert _announced(store, 42) == ["payment.processed", "payment.refunded"]


def _announced(store: Store, order_id: int) -> list[str]:
    with store.database.read() as connection:
        mine = select(outbox.c.name).where(outbox.c.order_id == order_id).order_by(outbox.c.seq)
        return list(connection.execute(mine).scalars())


async def _until_all_wait(bank: SlowBank, at_work: set[asyncio.Task[Outcome]]) -> None:
    """Until every handler stands at a door or is done, so that the next choice is the test's and not the clock's."""
    for _ in range(20_000):
        if sum(not task.done() for task in at_work) <= len(bank.doors):
            break
        await asyncio.sleep(0.001)
    else:
        pytest.fail(f"waited 20 s for {len(at_work)} handlers; {len(bank.doors)} stand at a door")
    for task in at_work:
        if task.done():
            assert task.result() == Ack()


def _rows(store: Store) -> list[Any]:
    with store.database.read() as connection:
        return list(connection.execute(select(payments)).all())


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (GatewayAway("The payment service answered 429.", after_ms=7000), Retry(after_ms=7000)),
        (GatewayRefused("no such key"), Dead(reason="no such key")),
    ],
)
def test_what_the_gateway_raises_becomes_an_outcome(store: Store, error: Exception, outcome: Outcome) -> None:
    """Away is a retry that honours the pause; refused is dead."""

    class Broken(SlowBank):
        def prepare(self, **_: object) -> Awaitable[Verdict]:
            raise error

    cashier = Payment(store.database, Broken(), clock=store.clock, new_id=store.new_id)  # type: ignore[arg-type]
    said = asyncio.run(cashier.handle(delivered(told(store, INVENTORY_RESERVED, 42))))
    assert replace(said, reason="") == replace(outcome, reason="")  # type: ignore[arg-type]
    assert said.reason == str(error)  # type: ignore[union-attr]
    assert _rows(store) == []
