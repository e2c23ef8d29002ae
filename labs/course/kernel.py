"""Readable failures in a notebook: one sentence and the way back instead of a page of traceback.

Only three kinds are touched: what the broker or the connection says, our own errors, and a name that is
missing because the kernel was restarted. Everything else is the learner's Python and keeps its traceback.
"""

from __future__ import annotations

import traceback
from typing import Any

import pika.exceptions

from labs.course.broker_words import WAY_BACK, broker_is_gone, in_words
from labs.errors import LabsError

#: Said below a NameError: after a restart, every name of the notebook is gone.
AFTER_RESTART = (
    "If an earlier cell makes this name: the kernel was restarted, or that cell has not run yet. "
    "Choose Run > Run All Above Selected Cell, then run this cell again."
)


def install_readable_errors() -> None:
    """Make IPython show the three kinds in plain words. Safe to call twice; outside IPython it does nothing."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((pika.exceptions.AMQPError, LabsError, NameError), _show)


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: Any, tb_offset: int | None = None
) -> Any:
    if isinstance(error, NameError):
        lines = [
            *shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset),
            AFTER_RESTART,
        ]
    else:
        lines = readable(error, trace)
    shell._showtraceback(kind, error, lines)  # noqa: SLF001 - IPython's documented way to show a custom error
    return lines


def readable(error: BaseException, trace: Any) -> list[str]:
    """The lines shown for an error: what happened, in which line of the cell, and what to do."""
    sentence, advice = in_words(error)
    if broker_is_gone(error):
        own_words = isinstance(error, LabsError) and error.hint != type(error).hint
        advice = advice if own_words else WAY_BACK
    lines = [f"{type(error).__name__}: {sentence}"]
    where = [
        f
        for f in traceback.extract_tb(trace)
        if "ipykernel" in f.filename or f.filename.startswith("<ipython")
    ]
    if where and where[-1].line:
        lines.append(f"  in line {where[-1].lineno} of this cell: {where[-1].line.strip()}")
    if advice:
        lines.append(f"  {advice}")
    return lines
