"""The programs beside Python: a RabbitMQ server for everybody, a Chromium for the tests.

Found first, installed only where that can be done without asking, otherwise named in one sentence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from labs.bootstrap import debian
from labs.bootstrap.run import say, watch
from labs.bootstrap.stop import Stop

#: Names under which a Chromium or Chrome goes.
BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "microsoft-edge")


def ensure_rabbitmq(python: Path) -> None:
    """See that a broker can be started or reached. Raises `Stop` (code 2) with one sentence if not.

    ``python`` is the environment's: `labs.broker.find` knows every place where an installation may lie.
    """
    if os.environ.get("LABS_AMQP_URL") or _installed(python):
        return
    if debian.can_install():
        why = "every lesson runs on a real broker (a private one: nothing is started system-wide)"
        debian.install(["rabbitmq-server"], why=why)
        debian.leave_disabled("rabbitmq-server")
        if _installed(python):
            return
    elif docker_answers():
        say("RabbitMQ is not installed; Docker answers, so the broker will run in a container.")
        return
    raise Stop(f"No RabbitMQ was found: {advice()}, then run this again.", code=2)


def advice() -> str:
    """How a person gets RabbitMQ on this kind of machine."""
    if "debian" in debian.family():
        return "install it with `sudo apt-get install rabbitmq-server`"
    if sys.platform == "darwin":
        return "install it with `brew install rabbitmq`"
    if "fedora" in debian.family():
        return "install it with `sudo dnf install rabbitmq-server`"
    return "install RabbitMQ 3.10 or newer, or start Docker, or use conda (see README.md)"


def docker_answers() -> bool:
    """Whether a Docker engine is running, not only its client installed."""
    if shutil.which("docker") is None:
        return False
    try:
        done = subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def ensure_chromium(python: Path) -> None:
    """See that the browser tests have a browser, and its driver what it needs. Raises `Stop` if not."""
    _ensure_driver(python)
    if find_chromium() is not None or _playwrights_own(python):
        return
    ids = debian.family()
    if "debian" in ids and "ubuntu" not in ids and debian.can_install():
        debian.install(["chromium"], why="the browser tests look at pages as a person does")
    elif "ubuntu" in ids and debian.privilege() is not None:
        # Ubuntu's chromium is a snap, whose sandbox keeps a test from driving it.
        say("Installing Playwright's Chromium, because the browser tests need one and Ubuntu's is a snap.")
        fetch = [*(debian.privilege() or []), str(python), "-m", "playwright", "install-deps", "chromium"]
        mend = "Or install Google Chrome."
        watch(
            fetch, what="Chromium's libraries", count=r"^(?:Unpacking|Setting up) (\S+)", total=60, mend=mend
        )
        watch(
            [str(python), "-m", "playwright", "install", "chromium"],
            what="Chromium",
            count=r"(\d+%)",
            total=20,
            mend=mend,
        )
    if find_chromium() is None and not _playwrights_own(python):
        raise Stop(
            "The browser tests need Chromium or Chrome: install one, or name yours in LABS_CHROMIUM, "
            "or let Playwright fetch its own with `.venv/bin/python -m playwright install chromium`."
        )


def _ensure_driver(python: Path) -> None:
    """Playwright drives the browser by a program that needs a library which a small Debian does not have."""
    ask = [str(python), "-m", "playwright", "--version"]
    said = subprocess.run(ask, capture_output=True, text=True, check=False)
    if said.returncode == 0:
        return
    if "libatomic" not in said.stderr or "debian" not in debian.family():
        raise Stop(f"{said.stderr.strip()}\nPlaywright, which drives the browser, does not start.")
    debian.install(["libatomic1"], why="Playwright, which drives the browser, needs this library")


def find_chromium() -> str | None:
    """The browser named in ``LABS_CHROMIUM``, or the first on the PATH that starts."""
    named = os.environ.get("LABS_CHROMIUM")
    for name in [named] if named else BROWSERS:
        found = shutil.which(name)
        if found and _starts(found):
            return found
    return None


def _starts(browser: str) -> bool:
    try:
        done = subprocess.run([browser, "--version"], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _playwrights_own(python: Path) -> bool:
    """Whether Playwright has downloaded a Chromium of its own before."""
    ask = (
        "import os, sys; from playwright.sync_api import sync_playwright as p\n"
        "with p() as w: sys.exit(not os.path.exists(w.chromium.executable_path))"
    )
    return subprocess.run([str(python), "-c", ask], capture_output=True, check=False).returncode == 0


def _installed(python: Path) -> bool:
    ask = "import sys; from labs.broker.find import find_installations; sys.exit(not find_installations())"
    return subprocess.run([str(python), "-c", ask], capture_output=True, check=False).returncode == 0
