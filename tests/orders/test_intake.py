"""Group commit and idempotency keys: fast for a rush, and not one promise weaker than one order at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from labs.orders.domain.lifecycle import CONFIRMED
from labs.orders.domain.order import OrderRequest
from labs.orders.domain.validation import read_order
from labs.orders.store.database import Database
from labs.orders.store.group_commit import Busy, GroupCommit
from labs.orders.store.requests import KeyReused, fingerprint
from labs.orders.store.tables import orders, outbox, requests
from labs.orders.store.wishes import Placed, Wish
from tests.orders.conftest import AHMED, Store


def wish(**changes: object) -> OrderRequest:
    """Ahmed's request with some fields changed."""
    return read_order(AHMED | changes)


def counts(database: Database) -> tuple[int, ...]:
    """How many orders, outbox rows and kept keys there are."""
    with database.read() as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (orders, outbox, requests)
        )


@contextmanager
def watched(store: Store, heard: Callable[[str], None]) -> Iterator[None]:
    """Calls `heard` with each statement and with COMMIT, before the database gets it."""

    def statement(_: object, __: object, text: str, *___: object) -> None:
        heard(text)

    def commit(_: object) -> None:
        heard("COMMIT")

    event.listen(store.database._writer, "before_cursor_execute", statement)
    event.listen(store.database._writer, "commit", commit)
    yield
    event.remove(store.database._writer, "before_cursor_execute", statement)
    event.remove(store.database._writer, "commit", commit)


class Gate:
    """Work that waits at a gate, so that a test decides what has queued up by then."""

    def __init__(self) -> None:
        self.open, self.inside = threading.Event(), threading.Event()
        self.groups: list[list[Any]] = []

    def __call__(self, jobs: list[Any]) -> list[Any]:
        """Double each job; a job that is an exception is answered with itself, `poison` breaks the group."""
        self.inside.set()
        assert self.open.wait(10)
        self.groups.append(jobs)
        if "poison" in jobs:
            raise ValueError("poison")
        return [job if isinstance(job, Exception) else job * 2 for job in jobs]


@contextmanager
def gathered(gate: Gate, jobs: list[Any], **more: Any) -> Iterator[list[Any]]:
    """Let the first job be worked on while all the others wait; yields the outcomes once all have one."""
    group: GroupCommit[Any, Any] = GroupCommit(gate, name="test", **({"capacity": 100, "group": 100} | more))
    with ThreadPoolExecutor(len(jobs) + 1) as pool:
        futures = [pool.submit(group.do, "first", within_s=10)]
        assert gate.inside.wait(10)
        for number, job in enumerate(jobs, start=1):
            futures.append(pool.submit(group.do, job, within_s=10))
            settle(lambda number=number: len(group._waiting) == number)
        gate.open.set()
        outcomes = [future.exception(10) or future.result() for future in futures]
    yield outcomes
    assert group.close(10)


def settle(true: Callable[[], bool]) -> None:
    """Wait a moment for another thread."""
    pause = threading.Event()
    for _ in range(2000):
        if true():
            return
        pause.wait(0.005)
    raise AssertionError("another thread did not get there within 10 s")


# --- the queue and its one writer ---------------------------------------------------------------------------


def test_those_who_wait_share_one_group_and_each_gets_its_own_answer() -> None:
    """While the first job is worked on, three gather; they go together, in their order."""
    gate = Gate()
    with gathered(gate, ["a", "b", "c"]) as outcomes:
        assert outcomes == ["firstfirst", "aa", "bb", "cc"]
    assert gate.groups == [["first"], ["a", "b", "c"]]


def test_a_group_has_a_largest_size() -> None:
    """A transaction that never ends would answer nobody."""
    gate = Gate()
    with gathered(gate, ["a", "b", "c"], group=2) as outcomes:
        assert outcomes == ["firstfirst", "aa", "bb", "cc"]
    assert gate.groups == [["first"], ["a", "b"], ["c"]]


def test_one_bad_job_never_harms_its_neighbours() -> None:
    """A group that fails for a reason of its own is done again one by one."""
    gate = Gate()
    with gathered(gate, ["a", "poison", "c"]) as outcomes:
        assert outcomes[:2] + outcomes[3:] == ["firstfirst", "aa", "cc"]
        assert isinstance(outcomes[2], ValueError)
    assert gate.groups[1:] == [["a", "poison", "c"], ["a"], ["poison"], ["c"]]


def test_an_answer_that_is_an_error_is_raised_for_that_job_only() -> None:
    """So a reused key is told to who reused it."""
    refused = KeyReused()
    with gathered(Gate(), ["a", refused]) as outcomes:
        assert outcomes == ["firstfirst", "aa", refused]


def test_a_full_queue_refuses_at_once_and_keeps_those_inside() -> None:
    """Two may wait; the third is told so immediately, and may come again."""
    gate = Gate()
    group: GroupCommit[str, str] = GroupCommit(gate, name="test", capacity=2, group=10)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(group.do, "first", within_s=10)]
        assert gate.inside.wait(10)
        futures += [pool.submit(group.do, job, within_s=10) for job in "ab"]
        settle(lambda: len(group._waiting) == 2)
        with pytest.raises(Busy, match="very busy"):
            group.do("c", within_s=10)
        gate.open.set()
        assert [future.result(10) for future in futures] == ["firstfirst", "aa", "bb"]
    assert group.do("c", within_s=10) == "cc"
    assert group.close(10)


def test_closing_answers_everybody_who_was_let_in() -> None:
    """Ten wait when the end comes: ten are answered, the eleventh is refused, and the thread is gone."""
    gate = Gate()
    group: GroupCommit[str, str] = GroupCommit(gate, name="test", capacity=100, group=3)
    with ThreadPoolExecutor(12) as pool:
        futures = [pool.submit(group.do, str(number), within_s=10) for number in range(10)]
        assert gate.inside.wait(10)
        settle(lambda: len(group._waiting) + 1 >= 8)
        assert group.close(0.05) is False  # the gate is still shut, and it says so
        with pytest.raises(Busy, match="closing"):
            group.do("late", within_s=10)
        gate.open.set()
        answered = [future.exception(10) or future.result() for future in futures]
    assert group.close(10)
    assert all(isinstance(answer, (str, Busy)) for answer in answered)
    told = [answer for answer in answered if isinstance(answer, str)]
    assert len(told) == sum(map(len, gate.groups)) >= 8
    assert group.close(10)


def test_who_gave_up_waiting_is_not_served_later() -> None:
    """Its sentence was "try again", so storing the order after all would make two of it."""
    gate = Gate()
    group: GroupCommit[str, str] = GroupCommit(gate, name="test", capacity=10, group=10)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(group.do, "first", within_s=10)
        assert gate.inside.wait(10)
        with pytest.raises(TimeoutError):
            group.do("impatient", within_s=0.05)

        async def impatient() -> None:
            with pytest.raises(TimeoutError):
                await group.do_async("impatient too", within_s=0.05)

        asyncio.run(impatient())
        gate.open.set()
        assert first.result(10) == "firstfirst"
    assert group.do("next", within_s=10) == "nextnext"
    assert gate.groups == [["first"], ["next"]]
    assert group.close(10)


def test_an_event_loop_that_ended_does_not_harm_the_others() -> None:
    """Its waiters are gone; the writer goes on with everybody else's."""
    gate = Gate()
    group: GroupCommit[str, str] = GroupCommit(gate, name="test", capacity=10, group=10)

    async def leave() -> None:
        task = asyncio.ensure_future(group.do_async("gone", within_s=10))
        await asyncio.sleep(0)
        assert gate.inside.wait(10)
        del task

    asyncio.run(leave())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(group.do, "a", within_s=10)
        gate.open.set()
        assert waiting.result(10) == "aa"
    assert group.close(10)


def test_coroutines_wait_without_a_thread_each() -> None:
    """A thousand at once, and one writer more than before."""
    before = threading.active_count()
    most = 0

    def work(jobs: list[int]) -> list[int]:
        nonlocal most
        most = max(most, threading.active_count())
        return [job + 1 for job in jobs]

    group: GroupCommit[int, int] = GroupCommit(work, name="test", capacity=1000, group=100)

    async def rush() -> list[int]:
        return await asyncio.gather(*(group.do_async(number, within_s=10) for number in range(1000)))

    assert asyncio.run(rush()) == list(range(1, 1001))
    assert most <= before + 1
    assert group.close(10)


# --- orders in it ----------------------------------------------------------------------------------------------


def rush(store: Store, wishes: list[tuple[OrderRequest, str | None]]) -> list[Placed | BaseException]:
    """Everybody at once, from one event loop."""

    async def all_of_them() -> list[Placed | BaseException]:
        return await asyncio.gather(
            *(store.intake.take_async(request, key=key) for request, key in wishes), return_exceptions=True
        )

    return asyncio.run(all_of_them())


def numbers(answers: list[Placed | BaseException]) -> list[int]:
    """The orders' numbers; fails with the first error."""
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer.order.id for answer in answers if isinstance(answer, Placed)]


def test_a_rush_is_many_orders_in_few_commits(store: Store) -> None:
    """200 orders at once: numbers without holes, an event for each, and far fewer than 200 commits."""
    commits: list[str] = []
    with watched(store, lambda text: commits.append(text) if text == "COMMIT" else None):
        answers = rush(store, [(wish(quantity=number % 100 + 1), None) for number in range(200)])
    assert sorted(numbers(answers)) == list(range(42, 242))
    assert counts(store.database) == (200, 200, 0)
    assert len(commits) < 50
    found = store.intake.find(100)
    assert found in [answer.order for answer in answers if isinstance(answer, Placed)]


def test_threads_and_place_share_the_numbers(store: Store) -> None:
    """Group commit, and the plain way beside it: never one number twice."""
    with ThreadPoolExecutor(8) as pool:
        taken = [pool.submit(store.intake.take, wish()) for _ in range(40)]
        placed = [pool.submit(store.intake.place, wish()) for _ in range(10)]
    ids = [each.result().order.id for each in taken] + [each.result().id for each in placed]
    assert sorted(ids) == list(range(42, 92))
    assert counts(store.database) == (50, 50, 0)


def test_the_answer_comes_after_the_commit(store: Store) -> None:
    """Whoever is told "201" finds the order in the database, and the relay that is woken finds the event."""
    woken: list[int] = []
    store.intake._committed = lambda: woken.append(store.outbox.waiting())
    number = store.intake.take(wish()).order.id
    assert counts(store.database) == (1, 1, 0)
    assert store.intake.find(number) is not None
    assert woken == [1]


def test_a_database_that_fails_fails_the_whole_group_and_stores_none_of_it(store: Store) -> None:
    """Not a half: every waiter of the group hears the error, and the next group is taken."""
    broken = True

    def fail(text: str) -> None:
        if broken and text.startswith("INSERT INTO outbox"):
            raise OperationalError(text, None, Exception("disk I/O error"))

    with watched(store, fail):
        answers = rush(store, [(wish(), f"key-{number}") for number in range(30)])
        assert all(isinstance(answer, OperationalError) for answer in answers)
        assert counts(store.database) == (0, 0, 0)
        broken = False
        assert len(set(numbers(rush(store, [(wish(), f"key-{number}") for number in range(30)])))) == 30
    assert counts(store.database) == (30, 30, 30)


def test_a_failing_commit_is_no_success(store: Store) -> None:
    """The last statement counts as much as the first."""

    def fail(text: str) -> None:
        if text == "COMMIT":
            raise OperationalError(text, None, Exception("disk full"))

    with watched(store, fail):
        (answer,) = rush(store, [(wish(), None)])
    assert isinstance(answer, OperationalError)
    assert counts(store.database) == (0, 0, 0)


def test_one_order_that_the_database_refuses_does_not_poison_the_group(store: Store) -> None:
    """29 of 30 are stored, each once; the one hears that it was not."""
    bad = OrderRequest(
        customer_name="half \ud83d",
        product_name="p",
        total_centimes=1,
        quantity=1,
        wilaya="Adrar",
        phone="+2",
    )
    answers = rush(store, [(bad if number == 17 else wish(), None) for number in range(30)])
    assert isinstance(answers.pop(17), UnicodeEncodeError)
    assert len(set(numbers(answers))) == 29
    assert counts(store.database) == (29, 29, 0)


# --- Idempotency-Key -------------------------------------------------------------------------------------------


def test_the_same_key_and_request_is_the_same_order_again(store: Store) -> None:
    """However often and in whatever spelling: one order, one event, and the answer of the first time."""
    first = store.intake.take(wish(), key="k-1")
    store.intake.change(first.order.id, CONFIRMED, reason="called")
    store.clock.forward(3600)
    again = store.intake.take(wish(wilaya="16", phone="0555 12 34 56"), key="k-1")
    assert (first.repeated, again.repeated) == (False, True)
    assert again.order == first.order
    assert counts(store.database) == (1, 2, 1)


def test_the_same_key_for_another_request_is_refused(store: Store) -> None:
    """Not the old order, which was not asked for, and not a new one, which would have no key of its own."""
    store.intake.take(wish(), key="k-1")
    with pytest.raises(KeyReused, match="used for another order"):
        store.intake.take(wish(quantity=2), key="k-1")
    assert counts(store.database) == (1, 1, 1)


def test_without_a_key_every_request_is_a_new_order(store: Store) -> None:
    """Two equal orders can be two wishes."""
    assert store.intake.take(wish()).order.id != store.intake.take(wish()).order.id


def test_the_same_key_many_times_at_once_is_one_order(store: Store) -> None:
    """In one group or in several: one was first, all the others repeat it."""
    with ThreadPoolExecutor(16) as pool:
        placed = list(pool.map(lambda _: store.intake.take(wish(), key="k-1"), range(64)))
    assert {each.order.id for each in placed} == {42}
    assert sum(not each.repeated for each in placed) == 1
    together = rush(store, [(wish(), "k-2")] * 20 + [(wish(quantity=9), "k-2")])
    assert isinstance(together.pop(), KeyReused)
    assert set(numbers(together)) == {43}
    assert counts(store.database) == (2, 2, 2)


def test_a_key_is_kept_only_together_with_its_order(store: Store) -> None:
    """Were it a transaction of its own, a crash would leave a key without an order, or an order without its key."""
    broken = True

    def fail(text: str) -> None:
        if broken and text.startswith("INSERT INTO requests"):
            raise OperationalError(text, None, Exception("disk I/O error"))

    with watched(store, fail):
        with pytest.raises(OperationalError):
            store.intake.take(wish(), key="k-1")
        assert counts(store.database) == (0, 0, 0)
        broken = False
        assert store.intake.take(wish(), key="k-1").repeated is False
    assert counts(store.database) == (1, 1, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"customerName": "Amine"}, {"productName": "iPad"}, {"totalPrice": 329001}, {"quantity": 2}, {"wilaya": 31},
        {"phone": "0555 12 34 57"}, {"email": "ahmed@example.com"}, {"urgent": True},
    ],
)  # fmt: skip
def test_every_field_counts_for_the_fingerprint(change: dict[str, object]) -> None:
    """Otherwise somebody would get the order that somebody else asked for."""
    assert fingerprint(wish()) == fingerprint(wish(quantity=1, urgent=False))
    assert fingerprint(wish(**change)) != fingerprint(wish())


@given(
    asked=st.lists(
        st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(1, 2)), max_size=6), max_size=5
    )
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_requests_come_together_one_key_is_one_order(
    store: Store, asked: list[list[tuple[str | None, int]]]
) -> None:
    """Groups of any shape, against a plain model: what was asked first under a key decides for ever."""
    start = store.new_id()  # every example has keys of its own, so they can share the database
    before = counts(store.database)
    model: dict[str, tuple[int, int]] = {}
    expected: list[int | None] = []
    seen: list[int | None] = []
    number = 41 + before[0]
    for group in asked:
        for key, quantity in group:
            if key is not None and key in model:
                expected.append(model[key][1] if model[key][0] == quantity else None)
            else:
                number += 1
                expected.append(number)
                if key is not None:
                    model[key] = (quantity, number)
        wishes = [
            Wish(request=wish(quantity=quantity), key=key and f"{start}-{key}") for key, quantity in group
        ]
        answers = store.intake._take_group(wishes)
        seen += [answer.order.id if isinstance(answer, Placed) else None for answer in answers]
    assert seen == expected
    after = counts(store.database)
    assert [now - then for now, then in zip(after, before, strict=True)] == [
        number - 41 - before[0],
        number - 41 - before[0],
        len(model),
    ]
