"""The gate itself is tested: each way in which a notebook can go wrong makes the real command fail.

The notebooks here need no lesson, so that a run of them takes seconds.
The command is the one that `make test` runs, on a copy in a folder of the test.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from labs import paths
from labs.authoring import gate
from labs.authoring.execute import execute
from labs.authoring.isolation import broker_environment
from labs.authoring.normalise import normalise
from labs.authoring.reference import REFERENCE, version_of
from labs.broker.address import Broker
from tests.notebooks.exemplar import exemplar, notebook

ROOT = paths.project_root() or Path()
SOURCE = """
%% md title
# Small
%% code parameters
number: int = 2  # a number
%% code run
print("twice", 2 * number)
%% code show
number
%% code picture
from os import urandom
class Drawing:
    def _repr_mimebundle_(self, **_):
        words = "one queue with two messages in it"
        return {"image/svg+xml": f"<svg><!-- {urandom(4).hex()} --></svg>", "text/plain": words}
Drawing()
"""


def by_id(made: NotebookNode, name: str) -> NotebookNode:
    """A cell by its name."""
    return next(cell for cell in made.cells if cell.id == name)


def corrupted(made: NotebookNode) -> None:
    """Somebody edits a stored output, or the library begins to say something else."""
    by_id(made, "run").outputs[0].text = "twice 5\n"


def other_words(made: NotebookNode) -> None:
    """The lines of a drawing may differ from run to run; what it says may not."""
    by_id(made, "picture").outputs[0].data["text/plain"] = "one queue with three messages in it"


def stripped(made: NotebookNode) -> None:
    """A tool takes all outputs and counts out before the commit."""
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def one_cell_not_run(made: NotebookNode) -> None:
    """A cell is edited and not run again."""
    by_id(made, "show").outputs, by_id(made, "show").execution_count = [], None


def speaks_on_stderr(made: NotebookNode) -> None:
    """A warning is stored as if it belonged there; nbval alone would find it equal."""
    by_id(made, "run").source = 'import sys\nprint("a warning", file=sys.stderr)'
    by_id(made, "run").outputs = [nbformat.v4.new_output("stream", name="stderr", text="a warning\n")]


def out_of_order(made: NotebookNode) -> None:
    """The cells ran in another order than they stand in."""
    by_id(made, "parameters").execution_count = 7


def spared(made: NotebookNode) -> None:
    """A cell is tagged so that nothing looks at it."""
    by_id(made, "run").metadata["tags"] = ["nbval-skip"]


def depends_and_raises(made: NotebookNode) -> None:
    """A cell may print something else on another broker; it may not fail there."""
    by_id(made, "run").metadata.update(tags=["broker-dependent"], reason="the broker's version decides")
    raises(made)


def depends_and_speaks(made: NotebookNode) -> None:
    """Nor may it write to stderr there."""
    by_id(made, "run").metadata.update(tags=["broker-dependent"], reason="the broker's version decides")
    speaks_on_stderr(made)


def raises(made: NotebookNode) -> None:
    """A cell fails."""
    by_id(made, "run").source = "1 / 0"


def never_ends(made: NotebookNode) -> None:
    """A cell waits for something that does not come."""
    by_id(made, "run").source = "import time\nwhile True:\n    time.sleep(0.1)"


DAMAGE: list[tuple[Callable[[NotebookNode], None], str]] = [
    (corrupted, "Cell outputs differ"),
    (other_words, "Cell outputs differ"),
    (stripped, "the cells did not run in order"),
    (one_cell_not_run, "the cells did not run in order"),
    (speaks_on_stderr, "The cell wrote to stderr"),
    (out_of_order, "the cells did not run in order"),
    (spared, "a cell is spared"),
    (raises, "ZeroDivisionError"),
    (depends_and_raises, "ZeroDivisionError"),
    (depends_and_speaks, "The cell wrote to stderr"),
    (never_ends, "Timeout of 3 seconds exceeded"),
]


def depends(made: NotebookNode) -> None:
    """A cell whose output another version of the broker would not print, and says so."""
    by_id(made, "run").metadata.update(tags=["broker-dependent"], reason="the broker's version decides")
    corrupted(made)


@pytest.fixture(scope="module")
def small() -> NotebookNode:
    """A notebook of three cells, executed and normalised by our own tools."""
    made = notebook(SOURCE)
    execute(made, folder=ROOT, environment={})
    normalise(made)
    return made


@pytest.fixture(scope="module")
def verdicts(
    small: NotebookNode, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, str]:
    """The exit code and the words of one strict run over a whole notebook and its damaged copies."""
    folder = tmp_path_factory.mktemp("small")
    nbformat.write(small, folder / "whole.ipynb")
    for damage in (depends, *(damage for damage, _ in DAMAGE)):
        copy = nbformat.from_dict(small)
        damage(copy)
        nbformat.write(copy, folder / f"{damage.__name__}.ipynb")
    command = [*gate.strict(folder), "--nbval-cell-timeout", "3", "-p", "no:xdist", "-rA", "--color", "no"]
    environment = {**os.environ, **broker_environment(broker)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return done.returncode, done.stdout


def test_a_whole_notebook_passes_the_gate(verdicts: tuple[int, str]) -> None:
    """All its cells and its guard pass, so that what fails beside it fails for its own damage."""
    code, said = verdicts
    assert code == 1
    assert re.findall(r"^(\w+) \S*whole\.ipynb::", said, re.MULTILINE) == ["PASSED"] * 5


@pytest.mark.parametrize(("damage", "why"), DAMAGE, ids=[damage.__name__ for damage, _ in DAMAGE])
def test_a_damaged_notebook_fails_the_gate(
    damage: Callable[[NotebookNode], None], why: str, verdicts: tuple[int, str]
) -> None:
    """The strict command fails on it, and says why."""
    _, said = verdicts
    assert re.search(rf"^FAILED \S*{damage.__name__}\.ipynb::", said, re.MULTILINE)
    assert why in said


def test_what_depends_on_the_broker_is_compared_on_the_reference_alone(
    verdicts: tuple[int, str], broker: Broker
) -> None:
    """The same wrong output fails on the reference and passes on any other broker; its neighbours always count."""
    _, said = verdicts
    cells = re.findall(r"^(\w+) \S*\bdepends\.ipynb::Cell", said, re.MULTILINE)
    on_reference = version_of(broker) == REFERENCE
    assert sorted(cells) == sorted(["PASSED"] * 3 + ["FAILED" if on_reference else "PASSED"])


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_tag_decides_with_the_brokers_version(
    small: NotebookNode, broker: Broker, tmp_path: Path, *, elsewhere: bool
) -> None:
    """Both cases on whichever broker runs: with the reference set to it, and to none."""
    copy = nbformat.from_dict(small)
    depends(copy)
    nbformat.write(copy, tmp_path / "depends.ipynb")
    wanted = "none" if elsewhere else version_of(broker)
    say = f"from labs.authoring import reference\nreference.REFERENCE = {wanted!r}\n"
    (tmp_path / "told.py").write_text(say, encoding="utf-8")
    # The first plugin sets the reference, before the gate's own plugin reads it.
    command = gate.strict(tmp_path)
    command[3:3] = ["-p", "told"]
    environment = {**os.environ, **broker_environment(broker), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == (0 if elsewhere else 1), done.stdout
    assert ("Cell outputs differ" in done.stdout) is not elsewhere


def test_a_dead_link_fails_the_rules(tmp_path: Path) -> None:
    """The command that an author runs ends with 1 and names the cell and the link, of the damaged one."""
    whole, damaged = exemplar(tmp_path / "whole"), exemplar(tmp_path / "damaged")
    cell = damaged.cell("s2-more")
    assert cell is not None
    cell.source = cell.source.replace("00_start_here.ipynb", "00_start.ipynb")
    damaged.write()
    command = gate.check(whole.path, damaged.path)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    # The course does not know exercises 98.1 and 98.2, which is one line for each of the two copies.
    said = [line for line in done.stdout.splitlines() if "exercise_count" not in line]
    assert said == ["98_example.ipynb: cell s2-more: the link 00_start.ipynb leads nowhere  [links_resolve]"]
