"""What the doctor looks at: each finding is what was examined, what was seen, and the command that mends it.

A finding without a mend is well. Nothing here changes the machine.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from labs import paths
from labs.broker.starting import check_path
from labs.errors import LabsError

#: RabbitMQ stops publishers below 50 MB of free disk; its first start alone writes about 10.
DISK_MB = 200
DISTRIBUTION = "rabbitmq-labs"
_PIN = re.compile(r"^([\w.-]+)(?:\[.*?\])?==([\w.]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line on the doctor's screen. `mend` is the one command that cures it, empty when all is well."""

    what: str
    seen: str
    mend: str = ""


def machine() -> Iterator[Finding]:
    """Python, the packages, the course's folder, the name `localhost`."""
    yield python()
    yield packages()
    yield folder()
    yield localhost()


def python() -> Finding:
    """Whether this Python is new enough."""
    seen = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(
        what="Python", seen=seen, mend="" if sys.version_info >= (3, 11) else "install Python 3.11 or newer"
    )


def packages() -> Finding:
    """Whether every package that the course pins is here in that version."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return Finding(what="Packages", seen="the course is not installed", mend="python -m pip install -e .")
    pins = [match.groups() for line in wanted if (match := _PIN.match(line.strip()))]
    wrong = [
        f"{name} {seen or 'missing'} (not {pin})" for name, pin in pins if (seen := _version(name)) != pin
    ]
    if wrong:
        mend = "python -m pip install -e . -c constraints.txt"
        return Finding(what="Packages", seen=", ".join(wrong), mend=mend)
    return Finding(what="Packages", seen=f"all {len(pins)} as pinned")


def folder() -> Finding:
    """Whether the course may write into its folder, and RabbitMQ can live there."""
    home = paths.home()
    elsewhere = "export LABS_HOME=~/rabbitmq-labs"
    try:
        check_path(home)
    except LabsError as error:
        return Finding(what="Folder", seen=str(error), mend=elsewhere)
    there = next(place for place in (home, *home.parents) if place.exists())
    if not os.access(there, os.W_OK):
        return Finding(what="Folder", seen=f"{there} is not writable", mend=elsewhere)
    free_mb = shutil.disk_usage(there).free // 1_000_000
    if free_mb < DISK_MB:
        return Finding(what="Folder", seen=f"{home}: only {free_mb} MB free on its disk", mend=elsewhere)
    return Finding(what="Folder", seen=str(home))


def localhost() -> Finding:
    """Whether `localhost` is this machine; Erlang looks the name up."""
    try:
        address = socket.gethostbyname("localhost")
    except OSError:
        address = "unknown"
    if address.startswith("127."):
        return Finding(what="localhost", seen=address)
    mend = "echo '127.0.0.1 localhost' | sudo tee -a /etc/hosts"
    return Finding(what="localhost", seen=f"{address}, which is not this machine", mend=mend)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
