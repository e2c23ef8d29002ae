"""The lab modules that the notebooks teach, each with the notebook that shows it first, and where the shop has it.

One literal table; tests/project/test_reachable.py compares it with the notebooks and with the imports. The
teaching tools (`labs.course`, `labs.live`, `labs.drawing`, `labs.broker`) are no part of any shop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Self

import labs
from labs.course.import_graph import imports, ways

#: Module of `labs` → the number of the notebook that shows it first.
TAUGHT: Mapping[str, int] = {
    "message": 1, "sync.producer": 1,
    "errors": 2, "exchange": 2, "queue": 2, "routing": 2, "sync.declare": 2, "topology": 2,
    "sync.consumer": 4, "sync.worker": 4,
    "sync.recovering": 6, "sync.window": 6,
    "outcome": 7,
    "retry": 8, "settle": 8, "sync.connection": 8, "sync.parking": 8,
    "aio.connection": 9, "aio.consumer": 9, "aio.producer": 9, "aio.watchdog": 9, "aio.window": 9,
}  # fmt: skip

#: Taught, and not in the shop: why.
ELSEWHERE: Mapping[str, str] = {
    "sync.worker": "each worker of the shop owns a connection, and comes back with a new one",
    "sync.recovering": "the outbox remembers what must go again, also after a crash",
    "sync.parking": "a person's tool: what is parked waits for somebody who looks",
    "aio.window": "one relay publishes, and it lives in the sync lane",
}

#: The parts of the shop that say most about how a module is used there.
TELLING = tuple(
    f"labs.orders.{name}"
    for name in ("topology", "process.relay", "process.reading", "process.aio_reading", "process.worker")
)
#: What the shop may not import; the rules for imports in pyproject.toml see to it.
ABOVE = ("authoring", "bootstrap", "cli", "course", "live")
#: The picture's measures, in points: a row, a column, a box; and its colours: shop, taught, on the way.
ROW, COLUMN, BOX, TALL = 26, 210, 184, 20
COLOURS = {
    "shop": ("#fff3e9", "#c2640f"),
    "taught": ("#edf6fe", "#1e7bc0"),
    "between": ("#f5f6f8", "#64748b"),
}


@dataclass
class Branch:
    """A module, and what the shop comes to by way of it."""

    name: str
    children: dict[str, Branch] = field(default_factory=dict)

    @classmethod
    def of_the_shop(cls) -> Self:
        """Every taught module at the end of a shortest way of imports from `labs.orders`."""
        tree = cls("")
        found = ways(imports(Path(labs.__file__).parent, without=ABOVE), first=TELLING)
        for name in TAUGHT:
            branch: Branch = tree
            for module in found.get(f"labs.{name}", ()):
                short = module.removeprefix("labs.")
                branch = branch.children.setdefault(short, Branch(short))
        return tree

    def walk(self, depth: int = -1) -> Iterator[tuple[Branch, int]]:
        """This branch and all below it, from the top, each with its depth."""
        yield self, depth
        for child in self.children.values():
            yield from child.walk(depth + 1)

    @property
    def label(self) -> str:
        """The name, with the notebook that taught it."""
        return f"{self.name} · {TAUGHT[self.name]:02d}" if self.name in TAUGHT else self.name


class Assembly:
    """The tree as a picture and in words: to be a cell's last line."""

    def __init__(self) -> None:
        self._tree = Branch.of_the_shop()

    def __repr__(self) -> str:
        lines = [f"{'  ' * depth}{branch.label}" for branch, depth in self._tree.walk() if depth >= 0]
        lines += ["taught, and not in the shop:"]
        return "\n".join(
            [*lines, *(f"  {name} · {TAUGHT[name]:02d}: {why}" for name, why in ELSEWHERE.items())]
        )

    def _repr_svg_(self) -> str:
        drawn, height = _drawn(self._tree, 0, -1)
        width = COLUMN * max(depth + 1 for _, depth in self._tree.walk())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * ROW + 8}" role="img" '
            f'font-family="sans-serif" font-size="12"><title>{escape(repr(self))}</title>'
            f'<rect width="100%" height="100%" fill="white"/>{"".join(drawn)}</svg>'
        )


def _drawn(branch: Branch, top: int, depth: int) -> tuple[list[str], int]:
    """The shapes of a branch whose first row is `top`, and how many rows it takes."""
    shapes: list[str] = []
    rows = 0
    x, y = 4 + depth * COLUMN, 6 + top * ROW
    for child in branch.children.values():
        if depth >= 0:
            middle, to = y + TALL / 2, 6 + (top + rows) * ROW + TALL / 2
            shapes.append(
                f'<path d="M{x + BOX} {middle}C{x + BOX + 16} {middle} {x + COLUMN - 16} {to} {x + COLUMN} {to}" '
                'fill="none" stroke="#94a3b8"/>'
            )
        more, taken = _drawn(child, top + rows, depth + 1)
        shapes += more
        rows += taken
    if depth >= 0:
        kind = (
            "shop" if branch.name.startswith("orders.") else "taught" if branch.name in TAUGHT else "between"
        )
        fill, edge = COLOURS[kind]
        shapes.append(
            f'<rect x="{x}" y="{y}" width="{BOX}" height="{TALL}" rx="4" fill="{fill}" stroke="{edge}"/>'
            f'<text x="{x + 8}" y="{y + 14}" fill="#1e293b">{escape(branch.label)}</text>'
        )
    return shapes, max(rows, 1)
