"""The last cell leads to the neighbours that exist, and only to those."""

from __future__ import annotations

from pathlib import Path

import pytest

from labs.authoring.navigation import navigation, refresh
from labs.authoring.page import Page
from labs.course.catalogue import COURSE
from tests.notebooks.exemplar import notebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of which the notebooks 00, 01 and 03 are there."""
    for name in ("00_start_here", "01_producers", "03_queues"):
        Page(
            path=tmp_path / f"{name}.ipynb", notebook=notebook("%% md title\n# x\n%% md next\nold\n")
        ).write()
    return tmp_path


def test_a_notebook_leads_back_on_and_to_the_contents(folder: Path) -> None:
    """A neighbour that is not there yet is passed over."""
    assert navigation(folder / "01_producers.ipynb") == (
        "← [00 · Start here](00_start_here.ipynb) | [Contents](00_start_here.ipynb) | [03 · Queues](03_queues.ipynb) →"
    )


def test_the_first_and_the_last_lead_one_way(folder: Path) -> None:
    """Nothing stands before the first, which is the contents itself, and nothing after the last."""
    assert navigation(folder / "00_start_here.ipynb") == "[01 · Producers](01_producers.ipynb) →"
    assert navigation(folder / "03_queues.ipynb").endswith("[Contents](00_start_here.ipynb)")


def test_refreshing_writes_once(folder: Path) -> None:
    """The second time there is nothing to do."""
    path = folder / "03_queues.ipynb"
    assert [refresh(path), refresh(path)] == [True, False]
    assert Page.read(path).source("next") == navigation(path)


def test_the_catalogue_is_in_order() -> None:
    """Its numbers rise, so that next means next; each prerequisite comes before."""
    numbers = [entry.number for entry in COURSE]
    assert numbers == sorted(set(numbers))
    names = [entry.name for entry in COURSE]
    assert all(e.prerequisite is None or names.index(e.prerequisite) < names.index(e.name) for e in COURSE)
