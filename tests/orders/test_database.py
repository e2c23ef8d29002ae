"""The database's two verbs, and what they promise on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from labs.errors import LabsError
from labs.message import Delivery
from labs.orders.domain.clock import system_clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import ORDER_CREATED, OrderEvent
from labs.orders.process.effects import NOTHING, Effect, Effects
from labs.orders.store import disk
from labs.orders.store.database import Database
from labs.orders.store.inbox import is_new
from labs.orders.store.outbox import Outbox
from labs.orders.store.tables import feed, inbox, outbox
from labs.orders.store.turn import take_turn
from labs.outcome import Ack
from tests.orders.conftest import Store, wait_until
from tests.orders.postgres import Cluster

EVENT = OrderEvent(
    id="e-1",
    name=ORDER_CREATED,
    order_id=42,
    payload={"orderId": 42},
    created_at=datetime(2025, 11, 16, tzinfo=UTC),
)


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """A fresh database, once of each kind."""
    database = Database.open(address)
    yield database
    database.close()


@pytest.fixture
def url(postgres: Cluster) -> Iterator[str]:
    """The URL of a fresh database on PostgreSQL."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def on_postgres(url: str) -> Iterator[Database]:
    """A fresh database on PostgreSQL only."""
    database = Database.open(url)
    yield database
    database.close()


def tell(connection: Connection, what: str = "news") -> None:
    """Write one row into the feed."""
    connection.execute(insert(feed).values(event=what, payload="{}", received_at=0))


def told(database: Database) -> list[str]:
    """What the feed holds."""
    with database.read() as connection:
        return list(connection.execute(select(feed.c.event).order_by(feed.c.id)).scalars())


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    """All or nothing; and the next transaction works."""

    def stumble() -> None:
        with database.write() as connection:
            tell(connection, "half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stumble()
    with database.write() as connection:
        tell(connection, "whole")
    assert told(database) == ["whole"]


def test_a_read_cannot_write(database: Database) -> None:
    """Who says `read` and writes is told so at once, on both databases."""
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), database.read() as connection:
        tell(connection)
    assert told(database) == []


def test_a_read_sees_one_moment(database: Database) -> None:
    """What is committed meanwhile is for the next read."""
    with database.read() as connection:
        before = connection.execute(select(feed.c.id)).all()
        thread = threading.Thread(target=lambda: commit(database))
        thread.start()
        thread.join(10)
        assert connection.execute(select(feed.c.id)).all() == before == []
    assert told(database) == ["news"]


def commit(database: Database) -> None:
    """One row, committed."""
    with database.write() as connection:
        tell(connection)


@pytest.mark.parametrize("spelling", ["{path}", "sqlite:///{path}", "sqlite+pysqlite:///{path}"])
def test_a_file_is_opened_by_its_path_or_its_url(tmp_path: Path, spelling: str) -> None:
    """The folder above is made, for nobody else's eyes: customers' telephones are in it."""
    path = tmp_path / "new" / "shop.sqlite"
    Database.open(spelling.format(path=path)).close()
    assert path.is_file()
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_postgresql_is_opened_by_any_of_its_spellings(url: str, scheme: str) -> None:
    """`postgres://` is what many hosts hand out."""
    database = Database.open(url.replace("postgresql", scheme, 1))
    commit(database)
    assert told(database) == ["news"]
    database.close()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("mysql://shop:geheim@db/shop", "cannot use mysql"),
        ("nonsense://", "cannot use nonsense"),
        ("://geheim", "cannot be read"),
        ("postgresql://shop:geheim@127.0.0.1:1/shop", "cannot be opened: .*refused"),
        ("postgresql://shop:geheim@127.0.0.1:one/shop", "cannot be read"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence_without_the_password(place: str, words: str) -> None:
    """A log must not learn the password from a typing error."""
    with pytest.raises(LabsError, match=words) as refused:
        Database.open(place)
    assert "geheim" not in str(refused.value) + refused.value.hint
    assert "\n" not in str(refused.value)


def test_who_is_told_committed_has_waited_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the commit, and when others may write already; a transaction that failed has nothing to wait for."""
    database = Database(tmp_path / "shop.sqlite")
    waited: list[int] = []
    sync = disk._sync

    def look(file: int) -> None:
        assert os.fstat(file).st_ino == (tmp_path / "shop.sqlite-wal").stat().st_ino
        other = sqlite3.connect(tmp_path / "shop.sqlite", timeout=0)
        other.execute("BEGIN IMMEDIATE")
        waited.append(other.execute("SELECT count(*) FROM inbox").fetchone()[0])
        other.close()
        sync(file)

    monkeypatch.setattr(disk, "_sync", look)
    note = "INSERT INTO inbox VALUES ('somebody', 'm-{}', 0)"
    with database.write() as connection:
        connection.exec_driver_sql(note.format(1))
    with database.write_in_a_hurry() as connection:
        connection.exec_driver_sql(note.format(2))
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        connection.exec_driver_sql(note.format(1 // 0))
    assert waited == [1]
    database.flush()
    assert waited == [1, 2]
    database.close()


def test_a_disk_that_refuses_is_an_error_of_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody may be told `committed` then."""
    database = Database(tmp_path / "shop.sqlite")

    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "_sync", refuse)
    with pytest.raises(OperationalError, match="Input/output error"), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO inbox VALUES ('somebody', 'm', 0)")
    database.close()


def test_commits_wait_for_the_disk_in_sqlite(tmp_path: Path) -> None:
    """WAL for readers beside a writer; a commit only appends to it (1), and is waited for outside of the lock."""
    database = Database(tmp_path / "shop.sqlite")

    def pragma(connection: Any, name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    with database.write() as connection:
        assert (pragma(connection, "journal_mode"), pragma(connection, "synchronous")) == ("wal", 1)
        # BEGIN IMMEDIATE: the lock is ours before the first write.
        other = sqlite3.connect(tmp_path / "shop.sqlite", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    database.close()


def test_commits_wait_for_the_disk_in_postgresql(postgres: Cluster, url: str) -> None:
    """Even where the server's default is to answer first, as some hosts have it."""
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.ask(f"ALTER DATABASE {name} SET synchronous_commit = off")
    database = Database.open(url)
    with database.write() as connection:
        shown = {
            n: connection.exec_driver_sql(f"SHOW {n}").scalar()
            for n in ("synchronous_commit", "lock_timeout")
        }
    assert shown == {"synchronous_commit": "on", "lock_timeout": "5s"}
    database.close()


def test_a_connection_that_was_lost_while_idle_is_not_noticed(
    postgres: Cluster, url: str, on_postgres: Database
) -> None:
    """A restart at night costs no order in the morning: the pool asks before it lends."""
    commit(on_postgres)
    assert told(on_postgres) == ["news"]
    assert postgres.cut(url) == 2  # a writer's and a reader's
    commit(on_postgres)
    assert told(on_postgres) == ["news", "news"]


def test_a_connection_lost_in_a_transaction_is_an_operational_error_and_the_next_one_works(
    postgres: Cluster, url: str, on_postgres: Database
) -> None:
    """Nothing of the cut transaction is there."""

    def cut_off() -> None:
        with on_postgres.write() as connection:
            tell(connection, "cut")
            postgres.cut(url)
            tell(connection, "never")

    with pytest.raises(OperationalError):
        cut_off()
    commit(on_postgres)
    assert told(on_postgres) == ["news"]


def test_a_connection_lost_before_the_commit_is_an_operational_error(
    postgres: Cluster, url: str, on_postgres: Database
) -> None:
    """Whoever waits for the commit must not be told that it went well."""

    def cut_off() -> None:
        with on_postgres.write() as connection:
            tell(connection, "cut")
            postgres.cut(url)

    with pytest.raises(OperationalError):
        cut_off()
    assert told(on_postgres) == []


def test_a_connection_lost_in_an_effect_is_the_brokers_to_repeat(
    postgres: Cluster, url: str, on_postgres: Database
) -> None:
    """Inside a savepoint too it rises as what it is; nothing is acknowledged; the redelivery has its effect once."""
    cuts = [postgres.cut]

    def apply(connection: Connection, event: OrderEvent) -> Effect:
        if cuts:
            cuts.pop()(url)
        tell(connection, event.name)
        return NOTHING

    effects = Effects(on_postgres, name="feed", apply=apply, clock=system_clock)
    delivery = Delivery(
        message=to_message(EVENT), delivery_tag=1, exchange="orders", routing_key=ORDER_CREATED,
        redelivered=False, consumer_tag="feed",
    )  # fmt: skip
    with pytest.raises(OperationalError):
        effects.handle_batch([delivery, delivery])
    assert told(on_postgres) == []
    assert effects.handle_batch([delivery, delivery]) == [Ack(), Ack()]
    assert told(on_postgres) == [ORDER_CREATED]


def test_a_turn_is_held_until_what_was_written_can_be_seen(database: Database) -> None:
    """Whoever has its turn next finds the row of the one before: on PostgreSQL by the lock, on SQLite by itself."""
    began, go_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def first() -> None:
        with database.write() as connection:
            take_turn(connection, "numbers")
            began.set()
            assert go_on.wait(10)
            tell(connection)

    def second() -> None:
        with database.write() as connection:
            take_turn(connection, "numbers")
            seen.append(len(connection.execute(select(feed.c.id)).all()))

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert began.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert seen == []
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert seen == [1]


def test_different_turns_do_not_wait_for_each_other(on_postgres: Database) -> None:
    """Giving order numbers does not stop the dashboard's feed."""
    with on_postgres.write() as numbers, on_postgres.write() as news:
        take_turn(numbers, "numbers")
        take_turn(news, "news")


def test_many_threads_fill_the_feed_in_the_order_of_its_numbers(store: Store) -> None:
    """A dashboard that has seen number n has missed nothing below: no lower number appears later."""
    done = threading.Event()
    gaps: list[tuple[int, int]] = []

    def record(worker: int) -> None:
        for number in range(15):
            with store.database.write() as connection:
                store.feed.add(connection, replace(EVENT, id=f"{worker}-{number}"))

    def watch() -> None:
        last = 0
        heard: set[int] = set()
        while not done.is_set() or store.feed.count_after(last):
            for item in store.feed.after(last, limit=1000):
                heard.add(item.id)
                last = item.id
        gaps.append((len(heard), last))

    watcher = threading.Thread(target=watch)
    watcher.start()
    workers = [threading.Thread(target=record, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    done.set()
    watcher.join(10)
    ((heard, last),) = gaps
    assert heard == 60, f"heard {heard} of 60 up to number {last}"


def test_two_relays_that_claim_at_once_pass_each_other_by(on_postgres: Database, store: Store) -> None:
    """What one is about to claim, the other neither takes nor waits for (`FOR UPDATE SKIP LOCKED`)."""
    relay = Outbox(on_postgres, clock=store.clock, new_id=store.new_id, lease_s=15)
    with on_postgres.write() as connection:
        for number in (1, 2, 3):
            row = {
                "event_id": f"e-{number}",
                "order_id": number,
                "name": "n",
                "payload": "{}",
                "created_at": 0,
            }
            connection.execute(insert(outbox).values(**row))
    with on_postgres.write() as other:
        other.execute(select(outbox).where(outbox.c.event_id == "e-1").with_for_update())
        assert [event.id for event in relay.claim(2).events] == ["e-2", "e-3"]
    assert [event.id for event in relay.claim(2).events] == ["e-1"]


def test_a_process_that_dies_in_its_turn_does_not_keep_it(
    postgres: Cluster, url: str, on_postgres: Database
) -> None:
    """PostgreSQL frees the lock of a connection that ended, whatever ended it."""

    def die() -> None:
        with on_postgres.write() as dead:
            take_turn(dead, "numbers")
            postgres.cut(url)
            with on_postgres.write() as alive:
                take_turn(alive, "numbers")
            dead.execute(text("SELECT 1"))

    with pytest.raises(OperationalError):
        die()


def waiting(database: Database) -> int:
    """How many of this database's transactions wait for another one."""
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
    with database.read() as look:
        return int(look.execute(text(asked)).scalar_one())


def test_an_inbox_row_that_another_process_is_writing_is_waited_for(on_postgres: Database) -> None:
    """Two processes get the same event at once: one has the effect, the other waits and then has none."""
    answers: list[bool] = []

    def other() -> None:
        with on_postgres.write() as connection:
            answers.append(is_new(connection, consumer="c", message_id="m", now=EVENT.created_at))

    thread = threading.Thread(target=other)
    with on_postgres.write() as connection:
        assert is_new(connection, consumer="c", message_id="m", now=EVENT.created_at)
        thread.start()
        wait_until("the other one to wait", lambda: waiting(on_postgres))
        assert answers == []
    thread.join(10)
    assert answers == [False]
    with on_postgres.read() as look:
        assert len(look.execute(select(inbox)).all()) == 1
