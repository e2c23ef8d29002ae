"""The links: they lead somewhere, in JupyterLab and on GitHub alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from labs.authoring.navigation import navigation
from labs.authoring.page import Page
from labs.authoring.rule import Finding, rule

LINK = re.compile(
    r"(?<!\\)\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)"  # [text](target "title")
    r"|(?:href|src)=\"([^\"]+)\""  # <a href="target"> and <img src="target">
)
READABLE = {".md", ".ipynb"}


@rule
def links_resolve(page: Page) -> Iterator[Finding]:
    """Every relative link leads to a file that is there, and every anchor to a heading."""
    for cell in page.markdown:
        for target in targets(cell.source):
            parts = urlsplit(target)
            if parts.scheme or target.startswith("//"):
                continue
            beside = page.path.parent
            place = (beside / unquote(parts.path)).resolve() if parts.path else page.path
            if target.startswith("/"):
                yield cell.id, f"the link {target} is absolute; it only works on one machine"
            elif not place.exists():
                yield cell.id, f"the link {target} leads nowhere"
            elif parts.fragment and place.suffix in READABLE and parts.fragment not in anchors(place):
                yield cell.id, f"the link {target} names a heading that is not there"


@rule
def addresses(page: Page) -> Iterator[Finding]:
    """Every address on the web is https, whole, and not one of this machine."""
    for cell in page.markdown:
        for target in targets(cell.source):
            parts = urlsplit(target)
            if not parts.scheme:
                continue
            if parts.scheme != "https" or "." not in (parts.hostname or "") or parts.hostname == "127.0.0.1":
                yield cell.id, f"the address {target} is not a public https address"
            elif target[-1] in ".,;:" or " " in target:
                yield cell.id, f"the address {target} ends in punctuation"


@rule
def navigation_fresh(page: Page) -> Iterator[Finding]:
    """The last cell is the generated navigation, as `python -m labs author nav` writes it."""
    if page.source("next") != navigation(page.path):
        yield "next", "is not what `python -m labs author nav` writes"


def targets(source: str) -> list[str]:
    """Where the links and pictures of a markdown text point, outside of code."""
    text = re.sub(r"^(\s*)(```|~~~).*?^\s*\2\s*$", "", source, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    return [found or other for found, other in LINK.findall(text)]


def anchors(path: Path) -> set[str]:
    """The anchors of a markdown file or notebook, in GitHub's spelling and in JupyterLab's."""
    if path.suffix == ".ipynb":
        text = "\n\n".join(str(cell.source) for cell in Page.read(path).markdown)
    else:
        text = path.read_text(encoding="utf-8")
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    found = set(re.findall(r"(?:id|name)=\"([^\"]+)\"", text))
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", text, re.MULTILINE):
        found.add(heading.replace(" ", "-"))
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found
