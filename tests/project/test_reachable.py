"""No lab module is a toy: what the notebooks teach is what the shop is made of.

Taught is what a notebook imports from `labs`. The teaching tools are left out, and the few that the shop does
without say why in `labs.course.taught.ELSEWHERE`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from labs import paths
from labs.authoring.page import Page
from labs.course.import_graph import SHOP, imports, ways
from labs.course.taught import ELSEWHERE, TAUGHT, Assembly, Branch

#: What a notebook teaches with, and not about.
TOOLS = (
    "labs.authoring",
    "labs.bootstrap",
    "labs.broker",
    "labs.cli",
    "labs.course",
    "labs.drawing",
    "labs.live",
)
ROOT = paths.project_root()
assert ROOT is not None
GRAPH = imports(ROOT / "labs")
PAGES = [Page.read(path) for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]


def imported(page: Page) -> Iterator[str]:
    """The modules of `labs` that a notebook's cells import, without the tools."""
    for cell in page.code:
        for node in ast.walk(ast.parse(cell.source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                inside = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [name for name in inside if name in GRAPH] or [node.module]
            for name in names:
                if name.startswith("labs.") and not name.startswith(TOOLS):
                    yield name


#: Module → the notebook that imports it first.
FIRST: dict[str, int] = {}
for page in PAGES:
    for module in imported(page):
        FIRST.setdefault(module, page.number or 0)


def test_every_taught_module_is_reachable_from_the_shop() -> None:
    """By imports alone, or it stands in the short list of exceptions."""
    assert len(FIRST) > 20
    found = ways(GRAPH)
    assert {name for name in FIRST if name not in found} <= {f"labs.{name}" for name in ELSEWHERE}


def test_the_exceptions_are_few_and_needed_and_give_a_reason() -> None:
    """One that has become reachable must leave the list."""
    found = ways(GRAPH)
    assert len(ELSEWHERE) <= 4
    assert [name for name in ELSEWHERE if f"labs.{name}" in found] == []
    assert all(len(why.split()) >= 6 for why in ELSEWHERE.values())
    assert set(ELSEWHERE) <= set(TAUGHT)


def test_the_table_says_what_the_notebooks_teach() -> None:
    """Each module outside of the shop, with the first notebook that imports it."""
    own = {name.removeprefix("labs."): number for name, number in FIRST.items() if not name.startswith(SHOP)}
    assert own == dict(TAUGHT)


def test_the_tree_ends_in_every_taught_module_that_the_shop_has() -> None:
    """What notebook 19 draws, and what it says in words, is all of them."""
    drawn = {branch.name for branch, _ in Branch.of_the_shop().walk()}
    assert set(TAUGHT) - set(ELSEWHERE) <= drawn
    words, picture = repr(Assembly()), Assembly()._repr_svg_()
    assert all(f"{name} · {number:02d}" in words and name in picture for name, number in TAUGHT.items())


@pytest.mark.parametrize("module", sorted(name for name in GRAPH if name.startswith(SHOP)))
def test_another_reader_of_imports_sees_the_same(module: str, theirs: grimp.ImportGraph) -> None:
    """`grimp`, which the import rules are checked with, finds the same imports in the shop's modules."""
    assert theirs.find_modules_directly_imported_by(module) == GRAPH[module]


@pytest.fixture(scope="module")
def theirs() -> grimp.ImportGraph:
    """The graph as grimp builds it."""
    return grimp.build_graph("labs", cache_dir=None)


def test_a_module_that_nobody_imports_is_found_out(tmp_path: Path) -> None:
    """The graph can say no: an island is not reachable, and a chain is followed to its end."""
    package = tmp_path / "labs"
    for name, text in {
        "__init__": "", "orders/__init__": "", "orders/shop": "from labs import near", "near": "import labs.far",
        "far": "", "island": "from labs.orders import shop",
    }.items():  # fmt: skip
        file = package / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    found = ways(imports(package))
    assert found["labs.far"] == ("labs.orders.shop", "labs.near", "labs.far")
    assert "labs.island" not in found
