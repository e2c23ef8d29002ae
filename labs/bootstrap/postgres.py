"""A PostgreSQL for the tests: its programs only, never a server of the system's.

The tests make a cluster of their own in a folder that they throw away. Where no PostgreSQL can be had, the order
system is tested on SQLite only, and every run says so: nothing else needs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labs.bootstrap import debian
from labs.bootstrap.run import say

#: Where PostgreSQL's programs are when they are not on the PATH: Debian, Fedora, Homebrew.
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
#: Debian's package makes a cluster and starts it with the machine, unless a file in here says otherwise.
#: https://manpages.debian.org/pg_createcluster.1
CLUSTER_RULES = Path("/etc/postgresql-common/createcluster.d")


def ensure_postgres() -> None:
    """See that the tests have PostgreSQL's programs, or say that they go without. Never raises `Stop`."""
    if find_postgres() is not None:
        return
    if debian.can_install():
        with _no_cluster():
            debian.install(["postgresql"], why="the order system is tested on PostgreSQL too (a private one)")
        debian.leave_disabled("postgresql")
    if find_postgres() is None:
        say("No PostgreSQL was found: the order system is tested on SQLite only. " + advice())


def advice() -> str:
    """How a person gets PostgreSQL on this kind of machine."""
    if "debian" in debian.family():
        return "To test both: sudo apt-get install postgresql."
    return "To test both, install PostgreSQL 13 or newer or put its programs on the PATH."


def find_postgres() -> Path | None:
    """The folder with `postgres` and `initdb`: on the PATH, else the newest that is installed."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted((p for place in PLACES for p in Path("/").glob(place[1:])), key=_version, reverse=True)
    return next((f for f in folders if os.access(f / "postgres", os.X_OK) and (f / "initdb").exists()), None)


def _version(folder: Path) -> float:
    digits = "".join(c for c in folder.parent.name if c.isdigit() or c == ".")
    return float(digits) if digits.replace(".", "", 1).isdigit() else 0.0


@contextmanager
def _no_cluster() -> Iterator[None]:
    """While apt runs, Debian's package makes no cluster. The rule goes again: it is for this installation only."""
    rule = CLUSTER_RULES / "rabbitmq-labs.conf"
    root = debian.privilege() or []
    write = f"mkdir -p {CLUSTER_RULES} && echo 'create_main_cluster = false' > {rule}"
    subprocess.run([*root, "sh", "-c", write], check=False)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", str(rule)], check=False)
