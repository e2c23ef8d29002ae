"""A private PostgreSQL for the tests: a cluster in a folder of its own, on a Unix socket that nobody else sees.

The server is a child of the test run, runs as a user without rights (it refuses root), and really syncs to the
disk. A database with the shop's tables is made once; each test gets a copy of it, which takes milliseconds.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from labs.bootstrap.postgres import find_postgres
from labs.orders.store.database import Database

#: How long the server may take to be ready, and to end.
START_S, STOP_S = 60.0, 20.0
#: Nobody but this run reaches the socket, so nobody is asked for a password.
SERVER = {"listen_addresses": "", "fsync": "on", "max_connections": "200", "shared_buffers": "32MB"}
TEMPLATE = "shop_template"


class Cluster:
    """A running server whose socket is in `folder`; `begin` starts its process."""

    def __init__(self, folder: Path, begin: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._folder, self._begin = folder, begin
        self._numbers = itertools.count(1)
        self._server = self._started()

    @contextmanager
    def fresh(self, *, template: str = TEMPLATE) -> Iterator[str]:
        """The URL of a fresh copy of the shop's empty database; `template0` has no table at all."""
        name = f"shop_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.ask(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, database: str) -> str:
        """Where the database of this name is."""
        query = {"host": str(self._folder)}
        url = URL.create("postgresql", username="postgres", database=database, query=query)
        return url.render_as_string(hide_password=False)

    def ask(self, statement: str, *values: object) -> list[Any]:
        """Run one statement as the administrator, in a transaction of its own; returns the rows, if it has any."""
        with psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True, connect_timeout=10
        ) as connection:
            answer = connection.execute(statement.encode(), values or None)  # bytes: a text must be a literal
            return answer.fetchall() if answer.description else []

    def cut(self, url: str) -> int:
        """End every connection to the database at `url`, as a restart would; returns how many there were."""
        connected = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
        ended = f"SELECT pg_terminate_backend(pid) FROM ({connected}) AS connected"  # noqa: S608 a literal
        return len(self.ask(ended, make_url(url).database))

    def crash(self, *, away_s: float = 0.0) -> None:
        """`SIGQUIT`, which is a crash in all but name: no checkpoint, nobody is told. Then start it again.

        What was committed comes back from the write-ahead log.
        https://www.postgresql.org/docs/current/server-shutdown.html
        """
        self.end()
        time.sleep(away_s)
        self._server = self._started()

    def end(self) -> None:
        """End it at once. The files stay."""
        self._server.send_signal(signal.SIGQUIT)
        try:
            self._server.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait(STOP_S)

    def _started(self) -> subprocess.Popen[bytes]:
        server = self._begin()
        deadline, log = time.monotonic() + START_S, self._folder / "log"
        while not self._answers():
            said = log.read_text(encoding="utf-8", errors="replace")
            assert server.poll() is None, f"PostgreSQL ended: {said}"
            assert time.monotonic() < deadline, f"waited {START_S:g} s for PostgreSQL: {said}"
            time.sleep(0.05)
        return server

    def _answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def prepare(self) -> None:
        """Make the database that all others are copies of, by the shop's own migrations."""
        self.ask(f"CREATE DATABASE {TEMPLATE}")
        Database.open(self.url(TEMPLATE)).close()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make a cluster, start it, and throw it away at the end. PostgreSQL must be installed."""
    programs = find_postgres()
    assert programs is not None, "PostgreSQL is not installed here"
    folder = Path(tempfile.mkdtemp(prefix="labs-pg-"))  # short: a socket's path has 107 bytes at most
    who = _somebody(folder)
    try:
        made = [
            str(programs / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        subprocess.run([*made, "--locale=C"], check=True, capture_output=True, **who)
        settings = [word for name, value in SERVER.items() for word in ("-c", f"{name}={value}")]
        start = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]

        def begin() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                return subprocess.Popen([*_dies_with_us(), *start], stdout=log, stderr=log, **who)

        ready = Cluster(folder, begin)
        try:
            ready.prepare()
            yield ready
        finally:
            ready.end()  # nobody will read these files again
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody(folder: Path) -> dict[str, Any]:
    """Who runs the server: ourselves, unless we are root; then Debian's user for it, or nobody."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"cwd": folder, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _dies_with_us() -> list[str]:
    """On Linux the server ends when the run is killed, too."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
