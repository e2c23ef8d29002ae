"""A function as text that makes it again in an empty kernel: with its imports, constants and helper functions.

The rule: what is kept is what was proved, so the text must need nothing of the kernel that it was written in.
Runs in the learner's kernel, on the learner's own function.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from labs.errors import LabsError

HINT = "Put it into the function, and keep it again."


def portable(function: Callable[..., Any]) -> str:
    """The text. Raises `LabsError` with the name that cannot go along, such as a channel or a list of its kernel."""
    if not isinstance(function, FunctionType):
        raise LabsError(f"Only a function can be kept; this is {type(function).__name__}.")
    imports: dict[str, None] = {}
    pieces: dict[str, str] = {}
    _collect(function, imports, pieces)
    return "\n".join([*imports, "", *pieces.values()]).strip() + "\n"


def _collect(function: FunctionType, imports: dict[str, None], pieces: dict[str, str]) -> None:
    if function.__closure__:
        raise LabsError(f"{function.__name__} was made inside another function.", hint=HINT)
    text = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(text)
    for name in sorted(_names(tree) & function.__globals__.keys()):
        value = function.__globals__[name]
        if name in pieces or value is function or getattr(builtins, name, None) is value:
            continue
        if isinstance(value, ModuleType):
            imports.update(dict.fromkeys(_module(name, value, tree)))
        elif (line := _importable(name, value)) is not None:
            imports[line] = None
        elif isinstance(value, FunctionType):
            _collect(value, imports, pieces)
        elif _is_literal(value):
            pieces[name] = f"{name} = {value!r}\n\n"
        else:
            raise LabsError(f"{function.__name__} uses {name}, which is only in this kernel.", hint=HINT)
    pieces[function.__name__] = text + "\n"


def _names(tree: ast.AST) -> set[str]:
    """What is read and not made here. A name that is also a local one of some function in it counts as local."""
    names = {node.id: node.ctx for node in ast.walk(tree) if isinstance(node, ast.Name)}
    made = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    made |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return names.keys() - made


def _module(name: str, module: ModuleType, tree: ast.AST) -> Iterator[str]:
    """The import of a module, and of those inside it that the text names: `concurrent.futures` needs its own."""
    yield f"import {module.__name__}" if module.__name__ == name else f"import {module.__name__} as {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            inner = f"{module.__name__}.{node.attr}"
            if inner in sys.modules and module.__name__ == name:
                yield f"import {inner}"


def _importable(name: str, value: Any) -> str | None:
    """The import line of a function or class that lives in a file of its own."""
    place, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(place, str) or not isinstance(own, str) or place == "__main__":
        return None
    if getattr(sys.modules.get(place) or importlib.import_module(place), own, None) is not value:
        return None
    return f"from {place} import {own}" + (f" as {name}" if own != name else "")


def _is_literal(value: Any) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False
