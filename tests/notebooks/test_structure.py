"""The committed notebooks keep the rules of the house, and lead to one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from labs import paths
from labs.authoring.page import Page
from labs.authoring.rules import check
from labs.course.catalogue import COURSE

NOTEBOOKS = sorted((paths.notebooks() or Path()).glob("*.ipynb"))


def test_the_notebooks_are_those_of_the_catalogue() -> None:
    """Every notebook of the course is there, and no other."""
    assert [path.stem for path in NOTEBOOKS] == sorted(entry.name for entry in COURSE)
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_keeps_the_rules(path: Path) -> None:
    """As `python -m labs author check` says it, one line per fault."""
    assert [str(violation) for violation in check(Page.read(path))] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_says_of_itself_what_the_catalogue_says(path: Path) -> None:
    """Its title, its minutes and its prerequisite are those of the course map."""
    entry = next(entry for entry in COURSE if entry.name == path.stem)
    title = Page.read(path).source("title")
    assert title.startswith(f"# {entry.number:02d} · {entry.title}\n")
    assert f"{entry.minutes} min" in title
    assert entry.prerequisite is None or f"({entry.prerequisite}.ipynb)" in title


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_written_as_the_tools_write_it(path: Path, tmp_path: Path) -> None:
    """Reading and writing it changes no byte, so that a change shows only what changed."""
    again = Page(path=tmp_path / path.name, notebook=Page.read(path).notebook)
    again.write()
    assert again.path.read_bytes() == path.read_bytes()
