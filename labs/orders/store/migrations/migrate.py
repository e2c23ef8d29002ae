"""Bring a database's tables up to date when it is opened.

Two processes may open the same database at once: the first one migrates, the other one waits and then finds
nothing to do. All steps are one transaction, so that a crash in the middle leaves the tables as they were;
SQLite and PostgreSQL can both take back a `CREATE TABLE`. A database that is up to date is only asked.
https://alembic.sqlalchemy.org/en/latest/cookbook.html#connection-sharing
"""

from __future__ import annotations

from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text

from labs.errors import LabsError
from labs.orders.store.turn import take_turn

#: The last step in `versions/`.
HEAD = "0002"
#: The step that a database stands at which is older than Alembic's own table.
BEFORE_STEPS = "0001"
#: How long one process waits for another one that is at it, in milliseconds.
WAIT_MS = 60_000

#: Alembic keeps the migration that runs in a variable of its module, so one process runs one at a time.
_one_in_this_process = Lock()


def migrate(*, reader: Engine, writer: Engine) -> None:
    """Run the steps that this database does not have yet; `writer`'s transactions must be alone in SQLite.

    Raises LabsError when the tables are newer than this program, and `OperationalError` when the database is
    not there, or when another process holds it for longer than `WAIT_MS`.
    """
    with reader.begin() as connection:  # only a look: to write could mean to wait for whoever writes now
        if _revision(connection) == HEAD:
            return
    with _one_in_this_process, writer.begin() as connection:
        _wait_for_the_others(connection)
        if (found := _revision(connection)) != HEAD:
            _run(connection, found)


def _wait_for_the_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = {WAIT_MS}"))
        take_turn(connection, "migration")


def _revision(connection: Connection) -> str | None:
    """The step that the tables are at; None in an empty database."""
    look = inspect(connection)
    if look.has_table("alembic_version"):
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return BEFORE_STEPS if look.has_table("orders") else None


def _run(connection: Connection, found: str | None, *, upto: str = "head") -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "labs.orders.store:migrations")
    try:
        if found is not None:
            command.stamp(config, found)
        command.upgrade(config, upto)
    except CommandError as error:
        raise LabsError(
            f"The database's tables are at step {found}, which this version of the shop does not know.",
            hint="Update the shop, or give it another database.",
        ) from error
