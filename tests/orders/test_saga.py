"""The saga: whatever overtakes whatever, every order ends in one state, and stock and money add up."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.orders.domain import saga
from labs.orders.domain.event import (
    INVENTORY_REJECTED,
    INVENTORY_RELEASED,
    INVENTORY_RESERVED,
    ORDER_CANCELLED,
    ORDER_CREATED,
    PAYMENT_FAILED,
    PAYMENT_PROCESSED,
    PAYMENT_REFUNDED,
    OrderEvent,
)
from labs.orders.domain.saga import CANCEL_ORDER, Step, next_saga
from labs.orders.process.orchestrator import ORCHESTRATED
from labs.orders.store import sagas
from labs.orders.store.changes import change_status
from labs.orders.store.tables import outbox
from labs.orders.topology import INVENTORY, PAYMENT, SAGA, Reader
from labs.outcome import Ack, Dead
from labs.routing import topic_matches
from tests.orders.conftest import Store
from tests.orders.saga_play import Play, balances
from tests.orders.saga_world import CHOREOGRAPHY, ORCHESTRATION, World, every_world, first

EVENTS = (
    ORDER_CREATED, INVENTORY_RESERVED, PAYMENT_PROCESSED, INVENTORY_REJECTED, PAYMENT_FAILED, ORDER_CANCELLED,
    INVENTORY_RELEASED, PAYMENT_REFUNDED,
)  # fmt: skip


# --- the table -----------------------------------------------------------------------------------------------


def test_the_table_cell_by_cell() -> None:
    """Written out once more, so that a change of the rules is a change of this table too."""
    started, reserved, completed, cancelled = "started", "reserved", "completed", "cancelled"
    failure = Step(cancelled, (CANCEL_ORDER,))
    table = {
        None: (started, reserved, completed, failure, failure, cancelled, None, None),
        started: (started, reserved, completed, failure, failure, cancelled, started, started),
        reserved: (reserved, reserved, completed, failure, failure, cancelled, reserved, reserved),
        completed: (completed, completed, completed, failure, failure, cancelled, completed, completed),
        cancelled: (cancelled,) * 8,
    }
    for state, cells in table.items():
        for event, cell in zip(EVENTS, cells, strict=True):
            assert next_saga(state, event) == (cell if isinstance(cell, Step) else Step(cell)), (state, event)


@given(st.lists(st.sampled_from(EVENTS), max_size=8), st.randoms(use_true_random=False))
def test_any_order_of_the_same_events_ends_in_the_same_state(events: list[str], chance: object) -> None:
    """Shuffled, and some of them twice: the table does not care, and it cancels the order once at most."""

    def play(names: list[str]) -> tuple[str | None, int]:
        state, cancels = None, 0
        for name in names:
            step = next_saga(state, name)
            state, cancels = step.state, cancels + len(step.commands)
        return state, cancels

    state, cancels = play(events)
    shuffled = events + events[::2]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert play(shuffled)[0] == state
    assert cancels <= 1


# --- every world ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readers", [(INVENTORY, PAYMENT, SAGA), ORCHESTRATED])
def test_the_worlds_post_goes_where_the_topology_sends_it(readers: tuple[Reader, ...]) -> None:
    """The model below would prove nothing about a shop with other bindings."""
    heard = ORCHESTRATION if readers == ORCHESTRATED else CHOREOGRAPHY
    for event, who in heard.items():
        bound = {reader.name for reader in readers if any(topic_matches(key, event) for key in reader.keys)}
        assert bound == set(who), event


def adds_up(world: World) -> None:
    """What must be true of one order when nothing is under way any more."""
    assert world.saga == (saga.COMPLETED if world.alive else saga.CANCELLED), world
    assert (world.reservation == saga.RESERVED) == world.alive, world
    assert (world.payment == saga.PROCESSED) == world.alive, world
    assert (world.bank == "charged") == world.alive, world
    assert (world.bank == "paid back") == (world.payment == saga.REFUNDED), world
    assert (world.bank == "declined") <= (world.payment == saga.FAILED), world


@pytest.mark.parametrize("orchestrated", [False, True])
@pytest.mark.parametrize("in_stock", [True, False])
@pytest.mark.parametrize("card_is_good", [True, False])
def test_every_world_ends_well(*, orchestrated: bool, in_stock: bool, card_is_good: bool) -> None:
    """All interleavings of one order: reordered, repeated, cancelled at any moment, crashed in between.

    Not a sample: the state space is finite, and this walks through all of it.
    """
    start = first(
        orchestrated=orchestrated, in_stock=in_stock, card_is_good=card_is_good, admin_may_cancel=True
    )
    ends = set()
    for world in every_world(start):
        assert not world.stolen, world
        if not world.post and not world.handlers:
            adds_up(world)
            ends.add(world.saga)
    assert ends == ({saga.COMPLETED, saga.CANCELLED} if in_stock and card_is_good else {saga.CANCELLED})


@pytest.mark.parametrize(("in_stock", "card_is_good"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("orchestrated", [False, True])
def test_two_cashiers_with_the_same_event_change_nothing(
    *, orchestrated: bool, in_stock: bool, card_is_good: bool
) -> None:
    """A message redelivered to a second process while the first still works at it; nobody cancels."""
    start = first(
        orchestrated=orchestrated,
        in_stock=in_stock,
        card_is_good=card_is_good,
        admin_may_cancel=False,
        most_hands=2,
    )
    ends = {world.saga for world in every_world(start) if not world.post and not world.handlers}
    assert ends == {saga.COMPLETED if in_stock and card_is_good else saga.CANCELLED}


# --- the real services ---------------------------------------------------------------------------------------

product = itertools.count(1)


@pytest.mark.parametrize("orchestrated", [False, True])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_services_and_database_end_well_in_any_order(
    *, orchestrated: bool, store: Store, data: st.DataObject
) -> None:
    """Up to three orders compete for the same pieces; post is shuffled and doubled, answers of the bank are lost."""
    quantities = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3), label="quantities")
    name = f"product {next(product)}"
    with Play(store, orchestrated=orchestrated, first_stock=4) as play:
        play.bank.decline_over = data.draw(st.sampled_from([None, 100]), label="decline over")
        ids = [store.place(productName=name, quantity=n, totalPrice=n) for n in quantities]
        play.publish()
        whom = st.sets(st.integers(0, len(ids) - 1))
        to_cancel, doubles = sorted(data.draw(whom, label="cancelled")), 0
        while play.under_way or to_cancel:
            if to_cancel and (not play.under_way or data.draw(st.integers(0, 3)) == 0):
                play.cancel(ids[to_cancel.pop()])
                continue
            again = doubles < 8 and data.draw(st.booleans())
            doubles += again
            play.line.faults = (
                data.draw(st.lists(st.sampled_from(["", "before", "after"]), max_size=2)) if again else []
            )
            play.deliver(data.draw(st.integers(0, len(play.under_way) - 1)), again=again)
        assert play.dead == []
        balances(play, *ids)


def test_an_order_that_goes_well(store: Store) -> None:
    """Reserved, paid, completed; the order itself waits for the admin's telephone call."""
    with Play(store) as play:
        number = store.place(quantity=2)
        play.run()
        assert play.states(number) == ("pending", "completed", "reserved", "processed", 32_900_000)
        assert list(play.events(number)) == ["order.created", "inventory.reserved", "payment.processed"]
        balances(play, number)


def test_a_declined_payment_cancels_the_order_and_frees_the_goods(store: Store) -> None:
    """The compensation, and the customer is told why in the bank's own words."""
    with Play(store) as play:
        play.bank.decline_over = 1
        number = store.place()
        play.run()
        assert play.states(number) == ("cancelled", "cancelled", "released", "failed", 0)
        names = ["order.created", "inventory.reserved", "payment.failed", "order.status_updated"]
        assert list(play.events(number)) == [*names, "order.cancelled", "inventory.released"]
        (row,) = play.rows(sagas.sagas)
        assert row.reason == "Your card has insufficient funds."
        balances(play, number)


def test_each_event_names_the_one_that_caused_it(store: Store) -> None:
    """A chain without a gap from the first event to the last: the timeline is made of it."""
    with Play(store) as play:
        play.bank.decline_over = 1
        store.place()
        play.run()
        rows = {row.event_id: row for row in play.rows(outbox)}
        causes = {row.name: row.cause and rows[row.cause].name for row in rows.values()}
        assert causes == {
            "order.created": None,
            "inventory.reserved": "order.created",
            "payment.failed": "inventory.reserved",
            "order.status_updated": "payment.failed",
            "order.cancelled": "payment.failed",
            "inventory.released": "order.cancelled",
        }


def test_the_admin_cancels_after_everything_went_well(store: Store) -> None:
    """Completed was not the end of it: the goods are back, and so is the money."""
    with Play(store) as play:
        number = store.place()
        play.run()
        assert play.cancel(number)
        play.run()
        assert play.states(number) == ("cancelled", "cancelled", "released", "refunded", 0)
        balances(play, number)


def test_the_admin_is_faster_than_the_failure(store: Store) -> None:
    """The order is cancelled already when the payment fails: it is not cancelled twice."""
    with Play(store) as play:
        play.bank.decline_over = 1
        number = store.place()
        play.publish()
        play.deliver(0)  # the store room puts the pieces aside
        assert play.deliver([who for who, _ in play.under_way].index("payment")) == Ack()
        assert play.cancel(number)
        play.run()
        assert play.events(number)["order.cancelled"] == 1
        balances(play, number)


def test_an_order_that_is_on_its_way_is_not_cancelled_behind_the_carriers_back(store: Store) -> None:
    """Shipped before the payment failed: nothing changes, and the event is parked for a person."""
    with Play(store) as play:
        play.bank.decline_over = 1
        number = store.place()
        with store.database.write() as connection:
            for wanted in ("confirmed", "shipped"):
                change_status(
                    connection,
                    order_id=number,
                    wanted=wanted,
                    reason="",
                    at=store.clock(),
                    new_id=store.new_id,
                )
        play.run()
        assert play.dead == [f"payment.failed, but order {number} is shipped already."]
        assert play.states(number)[:2] == ("shipped", "reserved")


def test_an_event_about_no_order_of_ours_is_parked(store: Store) -> None:
    """A rejection for a number that nobody gave out."""
    stranger = OrderEvent(
        id="x", name=INVENTORY_REJECTED, order_id=7, payload={"orderId": 7}, created_at=datetime.now(UTC)
    )
    with Play(store) as play:
        play.under_way.append(("saga", stranger))
        assert play.deliver() == Dead(reason="There is no order with this number.")
        assert play.rows(sagas.sagas) == []


def test_two_events_at_once_cannot_both_move_the_saga(store: Store) -> None:
    """Compare and set: the second one saw a row that is not there any more."""
    with store.database.write() as connection:
        before = sagas.saga(connection, 1)
        sagas.move(connection, 1, seen=before, state="started", now=store.clock())
        with pytest.raises(sagas.MovedOn):
            sagas.move(connection, 1, seen=before, state="reserved", now=store.clock())
        seen = sagas.saga(connection, 1)
        sagas.move(connection, 1, seen=seen, state="reserved", now=store.clock())
        with pytest.raises(sagas.MovedOn):
            sagas.move(connection, 1, seen=seen, state="completed", now=store.clock())
        assert sagas.saga(connection, 1) == sagas.SagaRow(state="reserved", version=2)
