"""The prose: short, one sentence per line, and readable without seeing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labs.authoring.page import Page
from labs.authoring.rule import Finding, rule

WORDS_AT_MOST = 120
#: The fewest words of an alt text, and of the prose beside a drawing.
ALT_WORDS, DRAWING_WORDS = 2, 8
#: Full stops that end no sentence.
ABBREVIATIONS = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|No|Mr|Mrs|Dr|St|p\.m|a\.m)\.")


@rule
def one_sentence_per_line(page: Page) -> Iterator[Finding]:
    """Each sentence has a line of its own in the source, so that a change shows what changed."""
    for cell in page.markdown:
        for line in prose(cell.source):
            if match := re.search(r"(\b(?!\d+\.)\w+[.!?][)\"”’*_]*) +[*_\"“(]*[A-ZÀ-Þ]", _bare(line)):
                yield cell.id, f"begins a second sentence on the same line, after {match[1]!r}"


@rule
def short_stories(page: Page) -> Iterator[Finding]:
    """A markdown cell of a section has at most 120 words; then something must happen."""
    for cells in page.sections.values():
        for cell in cells:
            if cell.cell_type != "markdown":
                continue
            words = sum(len(line.split()) for line in prose(cell.source))
            if words > WORDS_AT_MOST:
                yield cell.id, f"has {words} words, {WORDS_AT_MOST} at most"


@rule
def alt_text(page: Page) -> Iterator[Finding]:
    """Every picture in the prose has a text that says what it shows, and every drawing has words below it."""
    for cell in page.markdown:
        for alt in re.findall(r"!\[([^\]]*)\]\(", cell.source):
            if len(alt.split()) < ALT_WORDS:
                yield cell.id, f"a picture has the alt text {alt!r}"
        for image in re.findall(r"<img\b[^>]*>", cell.source):
            if not re.search(r'\balt="[^"]*\w[^"]*"', image):
                yield cell.id, "an <img> has no alt text"
        if re.search(r"^```mermaid", cell.source, re.MULTILINE):
            said = sum(len(line.split()) for line in prose(cell.source) if not line.startswith("#"))
            if said < DRAWING_WORDS:
                yield cell.id, "a drawing needs a sentence that says the same in words"


@rule
def headings(page: Page) -> Iterator[Finding]:
    """Headings go down one step at a time, so that the table of contents is a tree."""
    level = 1
    for cell in page.markdown:
        for line in prose(cell.source):
            if match := re.match(r"^(#{1,6}) ", line):
                if len(match[1]) > level + 1:
                    yield cell.id, f"jumps from H{level} to H{len(match[1])}: {line}"
                level = len(match[1])


def prose(source: str) -> list[str]:
    """The lines of a markdown text that people read as sentences: no code, tables, comments or bare tags."""
    text = re.sub(r"^(\s*)(```|~~~).*?^\s*\2\s*$", "", source, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"</?(?:details|summary|div|span|br|sub|sup|kbd)\b[^>]*>", "", text)
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("|")]


def _bare(line: str) -> str:
    """A line without inline code, link targets and abbreviations."""
    line = re.sub(r"`[^`]*`", "code", line)
    line = re.sub(r"\]\([^)]*\)", "]", line)
    line = re.sub(r"^(?:[-*+]|\d+[.)]|#+|>)\s+", "", line)
    return ABBREVIATIONS.sub("abbr", line)
