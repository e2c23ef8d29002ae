"""The code: plain, and the same on every run, in every tool that runs it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from labs.authoring.page import Page, tags
from labs.authoring.rule import Finding, outside, rule
from labs.authoring.syntax import callbacks, tree

#: How many parameters a notebook has, STRICT_CHECKS among them.
COUNT = (2, 5)
#: What breaks strict nbval, papermill or both, and what to write instead.
FORBIDDEN = {
    r"\bclear_output\s*\(": "clear_output: show the end state once instead",
    r"\bupdate_display\s*\(|\bdisplay_id\s*=": "display updates: show the end state once instead",
    r"\btqdm\b": "tqdm: its bar differs on every run",
    r"(?<![.\w])input\s*\(": "input(): nobody answers under papermill; use a parameter",
    r"\basyncio\.run\s*\(|\brun_until_complete\s*\(": "asyncio.run: the kernel's loop runs; use await",
    r"^\s*[%!]": "magics and shell commands: they are not Python",
    r"\bNBVAL_": "NBVAL_ comments: tag the cell and give the reason in its metadata",
    r"\bset_trace\s*\(|\bbreakpoint\s*\(": "a debugger: it waits for a person",
}
FORBIDDEN_TAGS = {"raises-exception", "nbval-skip", "skip-execution", "nbval-check-output", "hide-input"}


@rule
def parses(page: Page) -> Iterator[Finding]:
    """Every code cell is valid Python."""
    for cell in page.code:
        try:
            tree(cell.source)
        except SyntaxError as error:
            yield cell.id, f"is not Python: {error.msg}, line {error.lineno}"


@rule
def parameters(page: Page) -> Iterator[Finding]:
    """The parameters are literals with a type and a comment, STRICT_CHECKS among them, and can be changed."""
    cell = page.cell("parameters")
    source = page.source("parameters")
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return
    names: dict[str, Any] = {}
    for statement in statements:
        text = source.splitlines()[statement.lineno - 1]
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            yield "parameters", f"must hold only lines such as `n: int = 5  # why`: {text}"
            continue
        try:
            names[statement.target.id] = ast.literal_eval(statement.value or ast.Name("nothing"))
        except ValueError:
            yield "parameters", f"{statement.target.id} is computed; it must be a literal"
        if "  # " not in source.splitlines()[(statement.end_lineno or 1) - 1]:
            yield "parameters", f"{statement.target.id} needs a comment on its line"
    if names.get("STRICT_CHECKS", "missing") is not False:
        yield "parameters", "needs `STRICT_CHECKS: bool = False  # …`"
    if outside(len(statements), COUNT):
        yield "parameters", f"has {len(statements)} parameters, not 2 to 5 (STRICT_CHECKS counts)"
    others = set(names) - {"STRICT_CHECKS"}
    tried = dict(cell.metadata.get("test_values", {})) if cell is not None else {}
    if set(tried) != others:
        yield "parameters", f"needs other values for {sorted(others)} in its metadata `test_values`"
    for name in sorted(name for name in others & set(tried) if tried[name] == names[name]):
        yield "parameters", f"`test_values` must change {name}"


@rule
def opened_and_closed(page: Page) -> Iterator[Finding]:
    """The setup opens this lesson strictly on demand, the score is shown, and the teardown closes it."""
    wanted = f'lesson = open_lesson("{page.name}", strict=STRICT_CHECKS)'
    if wanted not in page.source("setup"):
        yield "setup", f"must hold `{wanted}`"
    if "lesson.score()" not in page.source("score"):
        yield "score", "must call `lesson.score()`"
    if "lesson.close()" not in page.source("teardown"):
        yield "teardown", "must call `lesson.close()`"


@rule
def forbidden_code(page: Page) -> Iterator[Finding]:
    """No cell uses what breaks strict comparison, papermill or a reader's patience."""
    for cell in page.code:
        for pattern, why in FORBIDDEN.items():
            if re.search(pattern, cell.source, re.MULTILINE):
                yield cell.id, why
        if any(line.rstrip().endswith(";") for line in cell.source.splitlines()):
            yield cell.id, "a trailing `;`: nbval still shows the output that it hides"
        if ".start_consuming(" in cell.source and ".stop_consuming(" not in cell.source:
            yield cell.id, "start_consuming() without stop_consuming(): the cell never ends"
        for tag in sorted(FORBIDDEN_TAGS & set(tags(cell))):
            yield cell.id, f"the tag {tag!r}: an expected failure is `with expect(…):`"


@rule
def quiet_callbacks(page: Page) -> Iterator[Finding]:
    """Callbacks, threads and tasks append; only the cell itself prints."""
    for cell in page.code:
        try:
            found = callbacks(tree(cell.source))
        except SyntaxError:
            continue
        for name in found:
            yield cell.id, f"{name} prints, and it runs in a callback, a thread or a task"


@rule
def predictions_measured(page: Page) -> Iterator[Finding]:
    """Something is predicted, and every prediction meets its measurement later on."""
    asked: dict[str, str] = {}
    met: set[str] = set()
    for cell in page.code:
        asked |= dict.fromkeys(re.findall(r'lesson\.predict\(\s*"([^"]+)"', cell.source), cell.id)
        for found in re.findall(r'lesson\.measured\(\s*"([^"]+)"', cell.source):
            met.add(found)
            if found not in asked:
                yield cell.id, f"measures {found}, which nobody was asked to predict before"
    if not asked:
        yield "", "nothing is predicted"
    for missing in sorted(set(asked) - met):
        yield asked[missing], f"prediction {missing} is never measured"
