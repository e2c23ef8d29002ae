"""The last cell of a notebook: where to go from here.

It is generated, so that a new notebook finds its place between its neighbours and no link goes stale.
Only notebooks that exist are linked.
"""

from __future__ import annotations

from pathlib import Path

from labs.authoring.page import Page
from labs.course.catalogue import COURSE, Notebook

#: The notebook with the course map; every other one leads back to it.
CONTENTS = COURSE[0]


def navigation(path: Path) -> str:
    """The markdown of the ``next`` cell for the notebook at ``path``: previous, contents, next."""
    present = [entry for entry in COURSE if entry.name == path.stem or _file(path, entry).exists()]
    places = [place for place, entry in enumerate(present) if entry.name == path.stem]
    if not places:
        return f"[Contents]({CONTENTS.name}.ipynb)"
    place = places[0]
    links = []
    if place > 0:
        links.append(f"← {_link(present[place - 1])}")
    if path.stem != CONTENTS.name and _file(path, CONTENTS).exists():
        links.append(f"[Contents]({CONTENTS.name}.ipynb)")
    if place + 1 < len(present):
        links.append(f"{_link(present[place + 1])} →")
    return " | ".join(links) or "The other notebooks are on their way."


def refresh(path: Path) -> bool:
    """Write the navigation into the notebook at ``path``; say whether that changed it."""
    page = Page.read(path)
    cell = page.cell("next")
    if cell is None or cell.source == navigation(path):
        return False
    cell.source = navigation(path)
    page.write()
    return True


def _file(path: Path, entry: Notebook) -> Path:
    return path.with_name(f"{entry.name}.ipynb")


def _link(entry: Notebook) -> str:
    return f"[{entry.number:02d} · {entry.title}]({entry.name}.ipynb)"
