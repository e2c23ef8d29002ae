"""Run a notebook from top to bottom in a fresh kernel, as Run All does for a learner.

nbclient is used directly: papermill and ``jupyter execute`` write times and paths into the file.

nbclient: https://nbclient.readthedocs.io/
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from labs.errors import LabsError

#: Colours in a traceback are for a terminal, not for a report.
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class ExecutionFailed(LabsError):
    """A cell raised, took too long, or took the kernel with it."""

    code = "notebook_failed"


def execute(
    notebook: NotebookNode, *, folder: Path, environment: Mapping[str, str], timeout_s: int = 90
) -> None:
    """Run every cell of ``notebook`` in place.

    ``folder`` is the kernel's working directory, ``timeout_s`` the longest one cell may take.
    Raises `ExecutionFailed` with the name of the cell and the last lines of what it said.
    """
    started = [""]
    for cell in notebook.cells:
        if cell.cell_type == "code":  # what an earlier run left behind must not pass for this one's
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=timeout_s,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=lambda cell, **_: started.append(str(cell.id)),
    )
    try:
        client.execute(env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as fault:
        said = "\n".join(ANSI.sub("", str(fault)).strip().splitlines()[-12:])
        raise ExecutionFailed(f"cell {started[-1]} failed:\n{said}") from fault
