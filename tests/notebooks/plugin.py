"""nbval made strict: every notebook alone, nothing on stderr, and no cell that was compared with nothing.

Loaded with `-p tests.notebooks.plugin`, as `labs.authoring.gate.strict()` does.
nbval compares a cell with what is stored, whatever stream it went to, and an unexecuted cell with nothing.
So this plugin adds what is missing: a failure for text on stderr, and one item per notebook, `every cell
counts`, that fails unless all its code cells ran in order, were collected, and are compared.
On another broker than the reference, a cell with the tag `broker-dependent` runs and is not compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbCell

from labs.authoring.isolation import broker_environment, isolated
from labs.authoring.page import BROKER_DEPENDENT, tags
from labs.authoring.reference import REFERENCE, version_of
from labs.broker.ensure import ensure_broker

_open = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Have a broker before xdist starts its workers, which inherit its address."""
    if not config.option.nbval or hasattr(config, "workerinput"):
        return
    from tests import conftest

    if not config.pluginmanager.is_registered(conftest):
        config.pluginmanager.register(conftest, "tests.conftest")
    os.environ.update(broker_environment(ensure_broker()))
    _warm_up()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Add the guard to every notebook that nbval collects."""
    if parent.config.option.nbval and file_path.suffix == ".ipynb":
        guard: pytest.Collector = GuardedNotebook.from_parent(parent, path=file_path)
        return guard
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before nbval starts a notebook's kernel: a home and a virtual-host prefix of its own."""
    notebook = item.parent
    if not isinstance(item, IPyNbCell) or notebook is None or _open in notebook.stash:
        return
    notebook.stash[_open] = stack = ExitStack()
    # Like PNG, a drawing is not compared; its words are, and a rule sees to it that there are some.
    notebook.skip_compare = (*notebook.skip_compare, "image/svg+xml")
    broker, prefix = ensure_broker(), f"gate-{os.getpid()}"
    environment = stack.enter_context(isolated(broker, prefix=prefix))
    kernel = stack.enter_context(pytest.MonkeyPatch.context())
    for name, value in environment.items():
        kernel.setenv(name, value)
    if version_of(broker) != REFERENCE:
        for cell in item.session.items:
            if cell.parent is notebook and BROKER_DEPENDENT in tags(cell.cell):
                cell.options["check"] = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After a notebook's last cell, when its kernel is gone: drop what it left behind."""
    yield
    notebook = item.parent
    if isinstance(item, IPyNbCell) and notebook and (nextitem is None or nextitem.parent is not notebook):
        notebook.stash[_open].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A cell that writes to stderr fails, even if the same text is stored."""
    yield
    if isinstance(item, IPyNbCell):
        said = [output.text for output in item.test_outputs or () if output.get("name") == "stderr"]
        if said:
            item.raise_cell_error("The cell wrote to stderr", "".join(said))


class GuardedNotebook(pytest.File):
    """A notebook's own item beside its cells."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item, whatever the notebook holds."""
        yield EveryCellCounts.from_parent(self, name="every cell counts")


class EveryCellCounts(pytest.Item):
    """Fails when a cell would pass because there is nothing to compare it with."""

    def runtest(self) -> None:
        """Compare the file with what pytest is about to run, or has run, of it."""
        cells = [c for c in nbformat.read(self.path, as_version=4).cells if c.cell_type == "code"]
        wrong = [cell.id for count, cell in enumerate(cells, 1) if cell.execution_count != count]
        collected = [i for i in self.session.items if isinstance(i, IPyNbCell) and i.path == self.path]
        assert cells, "the notebook has no code cell"
        assert not wrong, f"the cells did not run in order: {', '.join(wrong)}"
        assert len(collected) == len(cells), f"{len(collected)} of {len(cells)} code cells were collected"
        assert not any(i.options["skip"] or i.options["check_exception"] for i in collected), (
            "a cell is spared"
        )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:  # noqa: ARG002
        """The sentence, without a traceback through this file."""
        return str(excinfo.value).partition("\n")[0]

    def reportinfo(self) -> tuple[Path, None, str]:
        """What the summary calls it."""
        return self.path, None, f"{self.path.name}::{self.name}"


def _warm_up() -> None:
    """Build matplotlib's font list now: in the first notebook that draws, it would speak on stderr."""
    import matplotlib.font_manager  # noqa: F401
