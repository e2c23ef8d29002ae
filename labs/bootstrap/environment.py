"""The course's own Python environment in ``.venv``: made once, checked in milliseconds afterwards.

A stamp inside ``.venv`` remembers what was installed from which files. As long as it still says the same,
there is nothing to do; after a ``git pull`` that changed a version it does not, and pip runs again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from labs.bootstrap import debian
from labs.bootstrap.run import say, watch
from labs.bootstrap.stop import Stop

#: The files that decide what is installed.
SOURCES = ("pyproject.toml", "constraints.txt")


class Environment:
    """The virtual environment of the checkout at ``root``.

    venv: https://docs.python.org/3/library/venv.html
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def ready(self, *, tests: bool) -> bool:
        """Whether everything is installed as the files say. The tests' environment will do for learning."""
        stamps = [self.stamp(tests=True)] if tests else [self.stamp(tests=False), self.stamp(tests=True)]
        return any(s.is_file() and s.read_text(encoding="ascii") == self.fingerprint() for s in stamps)

    def stamp(self, *, tests: bool) -> Path:
        """The file that remembers the last complete installation."""
        return self.folder / ("labs-test.stamp" if tests else "labs-learn.stamp")

    def fingerprint(self) -> str:
        """A hash of what decides the installation: the two files, the Python, and where the checkout lies.

        The place counts because the package is installed *editable*: the environment points at this folder.
        """
        digest = hashlib.sha256(os.fsencode(f"{sys.version_info[:2]} {self.root}"))
        for name in SOURCES:
            digest.update((self.root / name).read_bytes())
        return digest.hexdigest()

    def prepare(self, *, tests: bool) -> None:
        """Make the environment and install the pinned packages, or do nothing if that was done before."""
        if self.works() and self.ready(tests=tests):
            return
        if not self.works():
            self._create()
        say(f"Installing the course's Python packages, pinned in constraints.txt, into {self.folder.name}/.")
        for old in (self.stamp(tests=False), self.stamp(tests=True)):
            old.unlink(missing_ok=True)
        watch(
            self.pip_command(tests=tests),
            what="Python packages",
            count=r"^(?:Collecting|Processing|Requirement already satisfied:) (?:\S*/)?([\w.]+)",
            total=self._expected(),
            mend="If the network was away, run the same command again: what was downloaded is kept.",
        )
        self.stamp(tests=tests).write_text(self.fingerprint(), encoding="ascii")

    def works(self) -> bool:
        """Whether ``.venv`` has a Python that is new enough, runs, and has pip."""
        check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        try:
            done = subprocess.run(
                [str(self.python), "-c", check], capture_output=True, check=False, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def pip_command(self, *, tests: bool) -> list[str]:
        """The pip command. Constraints pin what our dependencies depend on."""
        package = f"{self.root}[test]" if tests else str(self.root)
        pip = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        pip.append("--no-compile")  # Python compiles what is imported, when it is; most of it never is
        return [*pip, "--constraint", str(self.root / "constraints.txt"), "--editable", package]

    def _create(self) -> None:
        if importlib.util.find_spec("ensurepip") is None:
            # Debian and Ubuntu ship Python without the part that makes environments.
            package = f"python3.{sys.version_info.minor}-venv"
            debian.install([package], why="Debian keeps the part of Python that makes environments in it")
        say(f"Making a Python environment in {self.folder.name}/ (Python {sys.version.split()[0]}).")
        made = [sys.executable, "-m", "venv", "--clear", str(self.folder)]
        done = subprocess.run(made, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise Stop(f"{said}\nPython could not make an environment in {self.folder.name}/.")

    def _expected(self) -> int:
        return len((self.root / "constraints.txt").read_text(encoding="utf-8").splitlines())
