"""The page's side as one text: several small ES modules, joined in the order in which they need each other.

anywidget takes one module as text, and this course has no build step: so the lines that import are dropped, and
the word `export` with them. The rule that makes this safe: names at the top of a file are unique over all files,
imports are plain (`import { a, b } from "./x.js"`), and nothing imports in a circle. Whatever else is refused
here, with its file, instead of failing in a learner's browser.
https://anywidget.dev/en/afm/ · https://developer.mozilla.org/docs/Web/JavaScript/Guide/Modules
"""

from __future__ import annotations

import re
from pathlib import Path

#: Where the modules and the styles lie.
STATIC = Path(__file__).parent / "static"
#: The one module whose `export default` stays: anywidget asks for it.
MAIN = "main.js"
#: In this order: what comes later may refine what came before.
STYLES = ("view.css", "time.css")

#: `import { a, b } from "./x.js";`, on one line or on several.
_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w-]+\.js)";[^\n]*(?:\n|\Z)', re.MULTILINE)
#: A name made at the top of a file, that is: in its first column.
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function\*? ?|class |const |let |var )(\w+)", re.MULTILINE)
#: Several names at once: `const [LEAST, MOST] = …`.
_NAMES = re.compile(r"^(?:export )?(?:const|let|var) [\[{]([\w\s,]+)[\]}] ?=", re.MULTILINE)
#: What dropping lines cannot translate.
_REFUSED = re.compile(r"^(?:import\b.*|export (?:\*|\{|async default|default).*)$", re.MULTILINE)


class JoinError(Exception):
    """The modules cannot be joined into one; the message names the file and the line or name at fault."""


def joined_module(main: str = MAIN, folder: Path = STATIC) -> str:
    """`main` and all that it imports, as one ES module. Raises `JoinError`."""
    order: list[str] = []
    _visit(main, folder, order, path=())
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in order}
    _refuse_clashes(texts)
    return "\n".join(f"// --- {name} ---\n{_body(name, texts[name], name == main)}" for name in order)


def joined_style(names: tuple[str, ...] = STYLES, folder: Path = STATIC) -> str:
    """The style sheets as one text."""
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def _visit(name: str, folder: Path, order: list[str], *, path: tuple[str, ...]) -> None:
    """Put `name` after everything that it imports."""
    if name in path:
        raise JoinError(f"imports in a circle: {' → '.join((*path[path.index(name) :], name))}")
    if name in order:
        return
    file = folder / name
    if not file.is_file():
        raise JoinError(f"{path[-1] if path else 'nobody'} imports {name}, and there is no such file")
    for names, needed in _IMPORT.findall(file.read_text(encoding="utf-8")):
        _visit(needed, folder, order, path=(*path, name))
        _refuse_unknown(names, needed, folder, importer=name)
    order.append(name)


def _refuse_unknown(names: str, needed: str, folder: Path, *, importer: str) -> None:
    """An imported name must be exported there, under the same name."""
    text = (folder / needed).read_text(encoding="utf-8")
    exported = {found.group(1) for found in _NAME.finditer(text) if found.group(0).startswith("export ")}
    for name in (part.strip() for part in names.split(",")):
        if name and name not in exported:
            raise JoinError(f"{importer} imports {name!r} from {needed}, which does not export it")


def _refuse_clashes(texts: dict[str, str]) -> None:
    """Two files with one name at their top would be one name in the joined module."""
    owners: dict[str, str] = {}
    for file, text in texts.items():
        together = [name for names in _NAMES.findall(text) for name in re.findall(r"\w+", names)]
        for name in (*_NAME.findall(text), *together):
            if (owner := owners.setdefault(name, file)) != file:
                raise JoinError(f"{name!r} stands at the top of {owner} and of {file}: rename one of them")


def _body(name: str, text: str, is_main: bool) -> str:  # noqa: FBT001
    """The text of one file without its imports and exports."""
    body = _IMPORT.sub("", text)
    default = re.compile(r"^export default .*$", re.MULTILINE)
    if odd := _REFUSED.search(default.sub("", body, count=1) if is_main else body):
        raise JoinError(f"{name}: this line cannot be joined: {odd.group(0)}")
    return re.sub(r"^export (?!default)", "", body, flags=re.MULTILINE)
