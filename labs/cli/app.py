"""The course's commands under one name, and the one place where an error becomes a sentence and an exit code.

A command's module is imported when that command is asked for: `learn` need not wait for what `author` needs.
``python -m labs --help`` lists them. Exit codes: 0 all is well, 1 something failed, 2 no broker can be had.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from labs.errors import BrokerUnavailable, LabsError

#: Each command, in the order of the help, and what implements it: a function, or a group (``app``).
COMMANDS = {
    "learn": "labs.cli.learn:learn",
    "doctor": "labs.cli.doctor:doctor",
    "broker": "labs.cli.broker:app",
    "serve": "labs.cli.serve:serve",
    "test": "labs.cli.test:run_tests",
    "soak": "labs.cli.soak:soak",
    "bench": "labs.cli.bench:bench",
    "author": "labs.cli.author:app",
}


class OnDemand(TyperGroup):
    """A group that knows the names of its commands and imports them one at a time."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the group's own signature
        """The names for the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the group's own signature
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, noun = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), noun)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            single.command(name=cmd_name)(found)
            found = single
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(cls=OnDemand, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def labs() -> None:
    """Learn RabbitMQ by doing: notebooks against a real broker, checked by the broker."""


def main() -> None:
    """Run one command. A `LabsError` ends it with its sentence and its hint, and never with a traceback."""
    try:
        app(prog_name="python -m labs")
    except LabsError as error:
        print(error, file=sys.stderr)
        if error.hint:
            print(f"→ {error.hint}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, BrokerUnavailable) else 1) from None
