"""Read a cell's Python without running it."""

from __future__ import annotations

import ast

#: Calls that hand a function to another thread, task or callback, and where the function stands.
HANDS_OVER = {"Thread", "basic_consume", "consume", "submit", "create_task", "call_later"}
KEYWORDS = {"target", "on_message_callback", "callback"}
PRINTS = {"print", "display"}


def tree(source: str) -> ast.Module:
    """Parse a cell; top-level ``await`` is allowed, as it is in a notebook. Raises SyntaxError."""
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    parsed: ast.Module = compile(source, "<cell>", "exec", flags)
    return parsed


def callbacks(module: ast.Module) -> list[str]:
    """The names of functions that print although they are handed to a callback, a thread or a task."""
    handed: set[str] = set()
    found: list[str] = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or _name(node.func) not in HANDS_OVER:
            continue
        given = [*node.args, *(k.value for k in node.keywords if k.arg in KEYWORDS)]
        for value in given:
            if isinstance(value, ast.Lambda) and _prints(value):
                found.append("a lambda")
            handed.add(_name(value.func) if isinstance(value, ast.Call) else _name(value))
    functions = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return found + [function.name for function in functions if function.name in handed and _prints(function)]


def defined(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions that a cell defines at its top level, coroutine functions among them."""
    return [node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def imports(module: ast.Module) -> list[ast.stmt]:
    """The import statements at a cell's top level."""
    return [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]


def checked(module: ast.Module) -> list[tuple[str, str]]:
    """The pairs of ``lesson.check("3.2", function)`` calls: ``("3.2", "function")``."""
    return [found for node in ast.walk(module) if (found := _check_call(node))]


def _check_call(node: ast.AST) -> tuple[str, str] | None:
    match node:
        case ast.Call(func=ast.Attribute(attr="check"), args=[ast.Constant(value=number), ast.Name(id=name)]):
            return str(number), name
    return None


def _prints(node: ast.AST) -> bool:
    return any(isinstance(call, ast.Call) and _name(call.func) in PRINTS for call in ast.walk(node))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
