"""The commands of the gate, spelled once: `make test`, the gate's own tests and CONTRIBUTING.md use these.

nbval: https://nbval.readthedocs.io/
papermill: https://papermill.readthedocs.io/
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

#: No cell may take longer, in seconds. nbval's own default is 2000.
CELL_TIMEOUT_S = 60


def strict(*notebooks: Path | str, workers: int = 0) -> list[str]:
    """Run ``notebooks`` and compare every output with the stored one; run from the project's root.

    ``workers`` > 0 runs that many notebooks side by side, each on one worker.
    """
    parallel = ["-n", str(workers), "--dist", "loadfile"] if workers else []
    return [
        *(sys.executable, "-m", "pytest", "-p", "tests.notebooks.plugin", "-p", "no:cacheprovider"),
        *("--nbval", "--nbval-current-env", "--nbval-cell-timeout", str(CELL_TIMEOUT_S)),
        *("--nbval-sanitize-with", "tests/notebooks/sanitize.cfg", *parallel),
        *(str(notebook) for notebook in notebooks or ["notebooks"]),
    ]


def papermill(source: Path, result: Path, *, folder: Path, parameters: Mapping[str, object]) -> list[str]:
    """Run the notebook ``source`` in ``folder`` with other ``parameters``; ``result`` is what came of it."""
    given = [part for name, value in parameters.items() for part in ("-y", f"{name}: {json.dumps(value)}")]
    options = ["--cwd", str(folder), "--kernel", "python3", "--no-progress-bar", "--log-level", "WARNING"]
    limits = ["--execution-timeout", str(CELL_TIMEOUT_S)]
    return [sys.executable, "-m", "papermill", str(source), str(result), *options, *limits, *given]


def check(*notebooks: Path | str) -> Sequence[str]:
    """Hold ``notebooks`` against the rules of the house."""
    return [sys.executable, "-m", "labs", "author", "check", *(str(notebook) for notebook in notebooks)]
