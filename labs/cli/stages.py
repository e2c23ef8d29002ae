"""What `labs test` runs, in the order in which a failure is cheapest to learn."""

from __future__ import annotations

from dataclasses import dataclass

from labs.authoring.gate import strict

#: One more than the two cores of a small machine: much of a test is waiting.
WORKERS = 3
#: `loadfile` keeps the cells of one notebook together and in order.
PARALLEL = ("-n", str(WORKERS), "--dist", "loadfile")
PYTEST = ("-m", "pytest", "-q")
SLOWEST = ("--durations", "10", "--durations-min", "0.5")
#: Whole programs against the clock, on a machine that others use too: a test that failed is tried once more, and
#: the summary counts who needed it. A fault fails twice.
ONCE_MORE = ("--reruns", "1", "--reruns-delay", "2")
#: import-linter has a command of its own and no ``python -m``.
IMPORT_LINTER = "from importlinter.cli import lint_imports_command as main; main()"
#: The second broker that the course promises to be true on: another one than most machines have.
OTHER = "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One program to run, from the project's folder: the arguments of this Python.

    `broker` says that it needs one; `on` names another than the run's own, as ``--broker`` does.
    """

    name: str
    heading: str
    command: tuple[str, ...]
    broker: bool = False
    on: str = ""


STAGES = (
    Stage(name="ruff", heading="Style and common mistakes", command=("-m", "ruff", "check", "--quiet", ".")),
    Stage(name="mypy", heading="Types", command=("-m", "mypy")),
    Stage(name="layers", heading="Floors of the house", command=("-c", IMPORT_LINTER, "--no-logo")),
    Stage(name="unit", heading="Values and matchers, without a broker", command=(*PYTEST, "tests/unit")),
    Stage(
        name="live",
        heading="Everything that talks to a broker, a browser or a program",
        command=(
            *PYTEST, *PARALLEL, "--no-loadscope-reorder", *ONCE_MORE, *SLOWEST,  # in this order, the longest first
            "tests/browser", "tests/project", "tests/notebooks", "tests/course", "tests/orders",
            "tests/broker", "tests/contract", "tests/soak",
        ),
        broker=True,
    ),
    Stage(
        name="nbval",
        heading="The notebooks print what they show",
        command=(*strict(workers=WORKERS)[1:], "-q", *SLOWEST),
        broker=True,
    ),
    Stage(
        name="rabbitmq4",
        heading="The same on RabbitMQ 4: modules, contracts and exercises",
        command=(
            *PYTEST, *PARALLEL, *ONCE_MORE, *SLOWEST,
            "tests/broker", "tests/contract", "tests/soak", "tests/course/test_exercises_both_ways.py",
        ),
        broker=True,
        on=OTHER,
    ),
    Stage(
        name="nbval4",
        heading="The same on RabbitMQ 4: the notebooks",
        command=(*strict(workers=WORKERS)[1:], "-q", *SLOWEST),
        broker=True,
        on=OTHER,
    ),
)  # fmt: skip
