"""Every notebook under papermill: solved it runs through, with other values; unsolved, strict checks stop it.

Papermill is how an instructor runs a demo and how a class is marked: a solved notebook exits 0, another one 1
with the check's own words.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from labs import paths
from labs.authoring import gate
from labs.authoring.isolation import isolated
from labs.authoring.page import Page
from labs.authoring.solving import exercises_only, solved, tasks
from labs.broker.address import Broker

NOTEBOOKS = sorted((paths.notebooks() or Path()).glob("[0-9][0-9]_*.ipynb"))
#: A whole notebook may take this long, in seconds.
WITHIN_S = 180
pytestmark = pytest.mark.slow


def run(
    notebook: NotebookNode, page: Page, broker: Broker, tmp_path: Path, **parameters: object
) -> subprocess.CompletedProcess[str]:
    """Run a copy under papermill, as an instructor does, but in a home and virtual hosts of its own."""
    copy = tmp_path / page.path.name
    nbformat.write(notebook, copy)
    command = gate.papermill(copy, tmp_path / "result.ipynb", folder=page.path.parent, parameters=parameters)
    with isolated(broker, prefix=f"mill-{os.getpid()}") as place:
        return subprocess.run(
            command,
            env={**os.environ, **place},
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_solved_notebook_runs_with_other_values(path: Path, broker: Broker, tmp_path: Path) -> None:
    """All solutions in place, every parameter changed, strict checks on: exit code 0, the values arrived."""
    page = Page.read(path)
    parameters = next(cell.metadata for cell in page.code if cell.id == "parameters").get("test_values", {})
    assert parameters, "the parameters cell names no other values to try"
    done = run(solved(page), page, broker, tmp_path, STRICT_CHECKS=True, **parameters)
    assert done.returncode == 0, done.stderr[-3000:]
    result = Page.read(tmp_path / "result.ipynb")
    injected = next(cell for cell in result.code if "injected-parameters" in cell.metadata.get("tags", []))
    assert all(f"{name} = " in injected.source for name in ("STRICT_CHECKS", *parameters))
    score = next(str(cell.outputs) for cell in result.code if cell.id == "score")
    assert score.count("✓ done") >= len(tasks(page)) > 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_strict_checks_stop_an_unsolved_notebook(path: Path, broker: Broker, tmp_path: Path) -> None:
    """Untouched, with strict checks: exit code 1, and the sentence of the first check."""
    page = Page.read(path)
    whole = page.number == 0  # one notebook as it is; of the others the exercises, which is what decides
    notebook = page.notebook if whole else exercises_only(page)
    done = run(notebook, page, broker, tmp_path, STRICT_CHECKS=True)
    assert done.returncode == 1, done.stderr[-3000:]
    assert f"○ not attempted · {tasks(page)[0].id} " in done.stderr
