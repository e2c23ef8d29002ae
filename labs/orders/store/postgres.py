"""PostgreSQL, opened so that it keeps the promises that the shop makes with SQLite.

A commit waits for the disk whatever the server's default is. A transaction that reads sees one moment, and
cannot write. Every wait has an end: for a connection, for a lock, for a server whose cable was pulled; and a
process that falls asleep inside a transaction loses it, so that nobody waits for it for ever.
https://www.postgresql.org/docs/current/runtime-config-client.html

Connections are lost: a restart, a fail-over, an administrator. The transaction of that moment fails with
`OperationalError`, and nobody can say whether a commit under way was done. The pool then opens new ones, and
it asks each connection whether it lives before lending it.
https://docs.sqlalchemy.org/en/21/core/pooling.html#dealing-with-disconnects
"""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine

#: How long a connection may take to be made, in seconds.
CONNECT_S = 5
#: How long a server may be silent over the network before it counts as gone, in milliseconds.
SILENCE_MS = 15_000
#: What every session is told. https://www.postgresql.org/docs/current/runtime-config-wal.html
SESSION = {
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
}
#: Connections kept open by each of the two pools; as many again may be opened in a rush.
POOL_SIZE = 5


def postgres_writer(url: URL) -> Engine:
    """Connections that may write. Several write at once; `labs.orders.store.turn` is for what must not."""
    return _engine(url)


def postgres_reader(url: URL) -> Engine:
    """Connections that only read: each transaction sees one moment, as in SQLite."""
    return _engine(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _engine(url: URL) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    told = {
        "connect_timeout": CONNECT_S,
        "options": options,
        "keepalives_idle": 5,  # these four are for the network; a Unix socket does not mind them
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENCE_MS,
        "application_name": "labs.orders",
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={name: value for name, value in told.items() if name not in url.query},
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
    )
