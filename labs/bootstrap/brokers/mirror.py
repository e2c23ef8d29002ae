"""Where this machine gets its Debian packages from: the same place has the other suites.

Nothing is configured here: a company's mirror, a cache beside the machine or deb.debian.org, apt knows which.
https://manpages.debian.org/apt-get.8#indextargets
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labs.bootstrap import debian
from labs.bootstrap.stop import Stop

#: Debian's keys; they sign every suite.
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
#: One line for each index that apt knows: address, suite's name, component.
ASK = ("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A Debian archive and the suite to take from it."""

    address: str
    suite: str

    @classmethod
    def of_machine(cls, suite: str) -> Mirror:
        """The archive in apt's own configuration. Raises `Stop` when apt names none."""
        asked = subprocess.run(ASK, capture_output=True, text=True, check=False, timeout=30)
        codename = debian.release().get("VERSION_CODENAME", "")
        if (address := pick(asked.stdout.splitlines(), codename)) is None:
            raise Stop("apt's sources name no Debian archive, so another RabbitMQ cannot be fetched.", code=2)
        return cls(address=address, suite=suite)

    @property
    def line(self) -> str:
        """The line for a sources.list; what is not signed by Debian is refused."""
        return f"deb [signed-by={KEYS}] {self.address} {self.suite} main\n"


def pick(lines: Iterable[str], codename: str) -> str | None:
    """The address that has the suite ``codename`` itself: not its updates, its security fixes, or others' packages."""
    rows = [line.split() for line in lines]
    own = [row[0] for row in rows if row[1:] == [codename, "main"]]
    return min(own, key=lambda address: not address.rstrip("/").endswith("/debian"), default=None)
