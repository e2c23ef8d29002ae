"""The steps from the first shop's tables to today's: nothing is lost, and they end where the models are."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from labs.errors import LabsError
from labs.orders.domain.event import ORDER_CREATED
from labs.orders.process.read_model import ReadModel
from labs.orders.store.database import Database
from labs.orders.store.journal import read_all
from labs.orders.store.migrations.migrate import HEAD, _run
from labs.orders.store.schema import metadata
from labs.orders.store.view_tables import order_view
from tests.orders.conftest import DATABASES

#: What the first shop's `create_all` made, as SQLite remembers it.
FIRST_SHOP = """
CREATE TABLE orders (
    id INTEGER NOT NULL, customer_name VARCHAR(120) NOT NULL, product_name VARCHAR(120) NOT NULL,
    total_centimes BIGINT NOT NULL, quantity INTEGER NOT NULL, wilaya VARCHAR(40) NOT NULL,
    phone VARCHAR(20) NOT NULL, status VARCHAR(20) NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE outbox (
    seq INTEGER NOT NULL, event_id VARCHAR(64) NOT NULL, order_id INTEGER NOT NULL, name VARCHAR(64) NOT NULL,
    payload TEXT NOT NULL, created_at BIGINT NOT NULL, claimed_by VARCHAR(64), claimed_until BIGINT,
    sent_at BIGINT, PRIMARY KEY (seq), UNIQUE (event_id)
);
CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_at IS NULL;
CREATE TABLE inbox (
    consumer VARCHAR(64) NOT NULL, message_id VARCHAR(64) NOT NULL, received_at BIGINT NOT NULL,
    PRIMARY KEY (consumer, message_id)
);
CREATE TABLE feed (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, event VARCHAR(64) NOT NULL, payload TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
"""
NOON = 1_763_290_200_000
OLD_PAYLOAD = json.dumps(
    {
        "orderId": 42, "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000,
        "wilaya": "Algiers", "phone": "+213555123456", "createdAt": "2025-11-16T10:50:00Z", "message": "New order",
    }
)  # fmt: skip
FIRST_ROWS = """
INSERT INTO orders VALUES
    (42, 'Ahmed', 'iPhone 15 Pro', 32900000, 3, 'Algiers', '+213555123456', 'pending', NOON);
INSERT INTO outbox VALUES
    (7, 'e-1', 42, 'order.created', 'PAYLOAD', NOON, 'dead relay', NOON, NULL);
INSERT INTO inbox VALUES ('order_notifications', 'e-0', NOON);
INSERT INTO feed VALUES (17, 'order.created', 'PAYLOAD', NOON);
""".replace("PAYLOAD", OLD_PAYLOAD).replace("NOON", str(NOON))


@pytest.fixture(params=DATABASES)
def first_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the first shop, with an order whose event was not sent yet."""
    if request.param == "sqlite":
        path = tmp_path / "shop.sqlite"
        with sqlite3.connect(path) as connection:
            connection.executescript(FIRST_SHOP + FIRST_ROWS)
        connection.close()
        yield str(path)
        return
    with request.getfixturevalue("postgres").fresh(template="template0") as url:
        # There was no first shop on PostgreSQL: the first step says what it would have been.
        at_step(url, "0001", FIRST_ROWS)
        yield url


def at_step(url: str, step: str, then: str) -> None:
    """Make the tables of this step, and run statements; no mark of Alembic's stays."""
    from sqlalchemy import create_engine, make_url

    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        _run(connection, None, upto=step)
        connection.execute(text("DROP TABLE alembic_version"))
        for statement in then.split(";\n")[:-1]:
            connection.exec_driver_sql(statement)
    engine.dispose()


def differences(connection: Connection) -> list[Any]:
    """What Alembic would change to make the database equal to the models."""
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def checks(connection: Connection) -> set[str | None]:
    """The names of check constraints, which Alembic does not compare."""
    look = inspect(connection)
    return {check["name"] for table in look.get_table_names() for check in look.get_check_constraints(table)}


def test_all_steps_together_make_the_tables_of_the_models(address: str) -> None:
    """Whoever changes a table and forgets the step hears of it here, on both databases."""
    database = Database.open(address)
    with database.read() as connection:
        assert differences(connection) == []
        assert checks(connection) == {"stock_is_there"}
    database.close()


def test_the_comparison_sees_a_missing_column(address: str) -> None:
    """The test above can fail: without one column there is one difference."""
    database = Database.open(address)
    with database.write() as connection:
        connection.execute(text("ALTER TABLE order_view DROP COLUMN tracking"))
        ((what, _, table, column),) = differences(connection)
    assert (what, table, column.name) == ("add_column", "order_view", "tracking")
    database.close()


def test_a_database_of_the_first_shop_is_brought_up_to_date_with_all_that_is_in_it(first_shop: str) -> None:
    """It has no mark of Alembic's; it is recognised, and ends exactly where a new one does."""
    database = Database.open(first_shop)
    with database.read() as connection:
        assert differences(connection) == []
        order = connection.execute(text("SELECT * FROM orders")).mappings().one()
        event = connection.execute(text("SELECT * FROM outbox")).mappings().one()
        inbox = connection.execute(text("SELECT message_id FROM inbox")).scalars().all()
        feed = connection.execute(text("SELECT id, event, payload FROM feed")).one()
    assert (order["id"], order["customer_name"], order["quantity"], order["version"]) == (42, "Ahmed", 3, 1)
    assert (order["email"], bool(order["urgent"])) == (None, False)
    assert (event["seq"], event["event_id"], event["claimed_by"], event["sent_at"]) == (
        7,
        "e-1",
        "dead relay",
        None,
    )
    assert inbox == ["e-0"]
    assert feed == (17, ORDER_CREATED, OLD_PAYLOAD)
    database.close()


def test_old_events_say_what_todays_readers_ask_for(first_shop: str) -> None:
    """The list that the migration filled is the list that the journal tells."""
    database = Database.open(first_shop)
    with database.write() as connection:
        filled = connection.execute(order_view.select()).one()
        connection.execute(order_view.delete())
        (event,) = read_all(connection)
        ReadModel().apply(connection, event)
        assert connection.execute(order_view.select()).one() == filled
    assert (filled.id, filled.quantity, filled.status, filled.saga) == (42, 3, "pending", "started")
    database.close()


def test_opening_again_changes_nothing(first_shop: str) -> None:
    """The second start finds the mark and only looks."""
    for _ in range(3):
        database = Database.open(first_shop)
        with database.read() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [
                HEAD
            ]
        database.close()


def test_head_is_the_last_step() -> None:
    """Opening compares with this word, without asking Alembic."""
    config = Config()
    config.set_main_option("script_location", "labs.orders.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_step_that_fails_leaves_the_database_as_it_was(
    first_shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps are one transaction: after the fault is mended, the next start does the whole way."""
    with monkeypatch.context() as patched:
        patched.setattr("json.loads", lambda _: 1 / 0)  # in the middle: tables are made, events not completed
        with pytest.raises(ZeroDivisionError):
            Database.open(first_shop)
    database = Database.open(first_shop)
    with database.read() as connection:
        assert differences(connection) == []
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 1
    database.close()


def test_a_database_from_the_future_is_refused_and_left_alone(address: str) -> None:
    """An old program must not guess what new tables mean."""
    database = Database.open(address)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(LabsError, match="at step 9999, which this version of the shop does not know"):
        Database.open(address)


#: A process that waits for the signal, opens the database, places nothing, and says how it went.
OPENER = """
import sys
from labs.orders.store.database import Database
print("ready", flush=True)
sys.stdin.readline()
database = Database.open(sys.argv[1])
with database.read() as connection:
    print(connection.exec_driver_sql("SELECT count(*) FROM orders").scalar())
"""


def open_at_once(address: str) -> list[tuple[str, str]]:
    """What four processes said that opened this database in the same moment, and how they failed if they did."""
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = [sys.executable, "-c", OPENER, address]
    openers = [subprocess.Popen(command, encoding="utf-8", **pipes) for _ in range(4)]
    for opener in openers:
        assert opener.stdout
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin
        opener.stdin.write("\n")
        opener.stdin.flush()
    return [opener.communicate(timeout=90) for opener in openers]


def test_processes_that_open_an_old_database_at_once_migrate_it_once(first_shop: str) -> None:
    """One does it, the others wait and find it done; each sees the one order, and none fails."""
    assert open_at_once(first_shop) == [("1\n", "")] * 4


def test_processes_that_make_a_new_database_at_once_make_one(tmp_path: Path) -> None:
    """The switch to WAL on a new file has a lock of its own, without a time-out: it is asked for again."""
    assert open_at_once(str(tmp_path / "new" / "shop.sqlite")) == [("0\n", "")] * 4
