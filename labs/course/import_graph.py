"""Who imports whom in `labs`, read from the source, and by which way the shop comes to a module.

Nothing is imported for this: the text of each file is parsed. The rule of the course is that no lab module is a toy:
what a notebook teaches is used, directly or by way of others, by `labs.orders`. tests/project/test_reachable.py
holds it to that.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

Imports = Mapping[str, frozenset[str]]

#: Where the shop is.
SHOP = "labs.orders"


def imports(package: Path, *, without: Collection[str] = ()) -> Imports:
    """Module → the modules of the same package that it imports, anywhere in its text.

    `without`: folders of the package that are not read, which saves time where nobody asks about them.
    """
    paths = (
        path for path in sorted(package.rglob("*.py")) if path.relative_to(package).parts[0] not in without
    )
    files = {_name(path, package): path for path in paths}
    return {
        name: frozenset(_found(path.read_text(encoding="utf-8"), files) - {name})
        for name, path in files.items()
    }


def ways(graph: Imports, start: str = SHOP, *, first: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Module → a shortest chain of imports that leads to it from `start` or a module inside it.

    Of several as short, one from `first`; then the first in the alphabet, so that the answer is always the same.
    """
    inside = sorted(name for name in graph if name == start or name.startswith(f"{start}."))
    begin = [*(name for name in first if name in inside), *(name for name in inside if name not in first)]
    found: dict[str, tuple[str, ...]] = {name: (name,) for name in begin}
    ahead = deque(begin)
    while ahead:
        name = ahead.popleft()
        for next_ in sorted(graph[name] - found.keys()):
            found[next_] = (*found[name], next_)
            ahead.append(next_)
    return found


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _found(text: str, known: Iterable[str]) -> set[str]:
    known = set(known)
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inside & known or {node.module}
    return found & known
