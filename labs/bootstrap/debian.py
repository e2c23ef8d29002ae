"""Install Debian or Ubuntu packages where this user may, and say so first.

"May" means: root, or sudo without a password. Nothing here ever asks for a password. A package's own system
service is kept from starting: the course runs a private broker of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labs.bootstrap.run import say, watch
from labs.bootstrap.stop import Stop

#: Debian asks this script whether a package may start its service; 101 means no.
#: https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
POLICY = Path("/usr/sbin/policy-rc.d")
OS_RELEASE = Path("/etc/os-release")


def release(os_release: Path = OS_RELEASE) -> dict[str, str]:
    """What this system says of itself, like ``{"ID": "debian", "VERSION_CODENAME": …}``; empty if nothing."""
    if not os_release.is_file():
        return {}
    lines = os_release.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key: value.strip("\"'") for key, _, value in pairs}


def family(os_release: Path = OS_RELEASE) -> frozenset[str]:
    """What this system calls itself and its parents, like ``{"ubuntu", "debian"}``; empty if unknown."""
    said = release(os_release)
    return frozenset(f"{said.get('ID', '')} {said.get('ID_LIKE', '')}".split())


def privilege() -> list[str] | None:
    """What to put before a command to run it as root: nothing as root, ``sudo -n`` if it works, else None."""
    if os.name != "posix":
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def can_install() -> bool:
    """Whether `install` has a chance: apt is here and this user may use it."""
    return "debian" in family() and shutil.which("apt-get") is not None and privilege() is not None


def install(packages: Sequence[str], *, why: str) -> None:
    """Install ``packages`` with apt after saying ``why``.

    Raises `Stop` with the command to type if this user may not.
    """
    names = " ".join(packages)
    if not can_install():
        raise Stop(f"{names} is missing ({why}): sudo apt-get install {names}, then run this again.")
    root = privilege() or []
    say(f"Installing {names} with apt, because {why}.")
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "apt-get", "--yes"]
    mend = f"Look at what apt says to: apt-get install {names}"
    watch([*apt, "update"], what="Package lists", count=r"^(?:Get|Hit|Ign):\d+ (\S+)", total=6, mend=mend)
    with _services_kept_still(root):
        watch(
            [*apt, "install", "--no-install-recommends", *packages],
            what=f"{names} and what it needs",
            count=r"^(?:Unpacking|Setting up) ([\w.+-]+)",
            total=80,
            mend=mend,
        )


def leave_disabled(service: str) -> None:
    """Keep a service from starting with the machine. Only for one whose package we have just installed."""
    root = privilege()
    if root is None or not Path("/run/systemd/system").is_dir():
        return
    done = subprocess.run([*root, "systemctl", "disable", service], capture_output=True, check=False)
    if done.returncode == 0:
        say(f"The system's own {service} stays off; `sudo systemctl enable --now {service}` turns it on.")


@contextmanager
def _services_kept_still(root: Sequence[str]) -> Iterator[None]:
    """While apt runs, no new service starts. A machine that has such a policy already keeps its own."""
    if POLICY.exists():
        yield
        return
    write = f"printf '#!/bin/sh\\nexit 101\\n' > {POLICY} && chmod 755 {POLICY}"
    subprocess.run([*root, "sh", "-c", write], check=False)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", str(POLICY)], check=False)
