"""NestJS for the tests of interoperability: the guide's services beside ours, in their own language.

The packages are pinned by a lock file and lie beside the tests, where Node looks for them. Where there is no
Node 20 with npm, these few tests are left out, and every run says so. Debian 12's own Node is older, so it is
not installed here.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from labs.bootstrap.run import say, watch
from labs.bootstrap.stop import Stop

#: The oldest Node that NestJS 11 runs on.
LEAST_NODE = 20
#: What keeps npm quiet, and from running what packages would like to run.
NPM_CI = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http")
#: npm has no progress without a terminal. With a filled cache the packages take 3 s.
NPM_S = 180.0


def ensure_nest(folder: Path) -> None:
    """See that the packages named in `folder` are installed, or say that the tests go without. Never raises."""
    if node() is None:
        say(absent(folder))
    elif not _stamped(folder):
        say("Fetching NestJS with npm (20 MB, once), because the tests let its services talk with ours.")
        command = [*NPM_CI, "--prefix", str(folder)]
        try:
            watch(command, what="NestJS", count=r"http fetch GET \d+ \S+/(\S+)", total=30, mend="", within_s=NPM_S)
            _stamp(folder).write_text(_fingerprint(folder), encoding="ascii")
        except Stop as stop:
            say(f"{stop}\n{absent(folder)}")


def absent(folder: Path) -> str:
    """Why the tests with NestJS cannot run here; nothing when they can."""
    if node() is None:
        return f"The shop was not tested with NestJS: there is no Node {LEAST_NODE} with npm here."
    if not _stamped(folder):
        return "The shop was not tested with NestJS: its packages are not installed; `make test` fetches them."
    return ""


def node() -> str | None:
    """A Node that is new enough and has npm beside it."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    try:
        asked = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    major = asked.stdout.strip().lstrip("v").partition(".")[0]
    return found if major.isdigit() and int(major) >= LEAST_NODE else None


def _stamped(folder: Path) -> bool:
    stamp = _stamp(folder)
    return stamp.is_file() and stamp.read_text(encoding="ascii") == _fingerprint(folder)


def _stamp(folder: Path) -> Path:
    return folder / "node_modules" / "labs.stamp"


def _fingerprint(folder: Path) -> str:
    return hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
