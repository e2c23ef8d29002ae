"""``python3 -m labs.bootstrap learn``: prepare what is missing, then become ``python -m labs learn``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from labs.bootstrap.environment import Environment
from labs.bootstrap.nest import ensure_nest
from labs.bootstrap.postgres import ensure_postgres
from labs.bootstrap.programs import ensure_chromium, ensure_rabbitmq, find_chromium
from labs.bootstrap.stop import Stop

#: Stages of ``test`` that need nothing but Python.
STATIC_STAGES = frozenset({"--list", "ruff", "mypy", "layers", "unit"})


def main(arguments: Sequence[str]) -> int:  # noqa: RET503 - os.execv does not return
    """Prepare, then replace this process by the course's command line. Returns only if that did not work."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this is the one file that an older Python may reach
        print("Python 3.11 or newer is needed.", file=sys.stderr)
        return 1
    command, *rest = arguments or ["--help"]
    environment = Environment(Path(__file__).resolve().parents[2])
    tests = command in {"test", "bench", "author", "soak"}
    try:
        environment.prepare(tests=tests)
        if needs_broker(command, rest):
            ensure_rabbitmq(environment.python)
        if needs_browser(command, rest):
            ensure_chromium(environment.python)
            ensure_postgres()
            ensure_nest(environment.root / "tests" / "orders" / "nest")
    except Stop as stop:
        print(stop, file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    if (browser := find_chromium() if tests else None) is not None:
        os.environ["LABS_CHROMIUM"] = browser
    python = str(environment.python)
    os.execv(python, [python, "-m", "labs", command, *rest])  # noqa: S606 - a list of arguments, no shell


def needs_broker(command: str, rest: Sequence[str]) -> bool:
    """Everything runs on a broker except the checks that only read the code; one that is chosen is no matter here."""
    return "--broker" not in rest and (command in {"learn", "author", "soak"} or needs_browser(command, rest))


def needs_browser(command: str, rest: Sequence[str]) -> bool:
    """The benchmarks open pages, and the whole gate or its browser part does."""
    at = rest.index("--broker") if "--broker" in rest else len(rest)
    stages = [*rest[:at], *rest[at + 2 :]]
    return command == "bench" or (command == "test" and (not stages or not STATIC_STAGES.issuperset(stages)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
