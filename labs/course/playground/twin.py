"""What stays of the playground where no kernel runs: on GitHub, in a mail, in a screen reader.

The text and the table say the same as the chips of the live page, word below word. The table needs no style:
GitHub takes every colour away, and still each word of the pattern stands below the words that it took.
"""

from __future__ import annotations

from html import escape

from labs.alignment import Step
from labs.course.playground.reading import Reading

#: A tint and a border that read on light pages and on dark ones.
TINTS = {
    "equal": "background:rgba(22,163,74,.16);border:1px solid #16a34a",
    "one": "background:rgba(37,99,235,.16);border:1px solid #3b82f6",
    "many": "background:rgba(124,58,237,.18);border:1px solid #8b5cf6",
    "stopped": "background:rgba(220,38,38,.14);border:1px dashed #dc2626",
    "left": "background:rgba(220,38,38,.14);border:1px dashed #dc2626",
    "unasked": "border:1px dotted #64748b",
}
#: As many letters are shown of a text that cannot be sent.
CUT = 40
ROWS = ("key", "", "pattern")


def as_text(reading: Reading, *told: str) -> str:
    """The three rows, the verdict, what is to be noted, and what else there is to tell."""
    columns = _columns(reading)
    widths = [max(map(len, column)) for column in columns]
    lines = [
        f"{name:<8} " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        for name, row in zip(ROWS, zip(*columns, strict=True), strict=True)
    ]
    return "\n".join(line.rstrip() for line in (*lines, *_said(reading), *told) if line.strip())


def as_html(reading: Reading, *told: str) -> str:
    """The same as a table, and a paragraph for each sentence."""
    outcomes = [step.outcome for step in reading.found.steps] or ["unasked"]
    body = "".join(
        f'<tr><th scope="row" style="text-align:left">{name}</th>'
        + "".join(
            _cell(text, TINTS[outcome] if name else "") for text, outcome in zip(row, outcomes, strict=True)
        )
        + "</tr>"
        for name, row in zip(ROWS, zip(*_columns(reading), strict=True), strict=True)
    )
    said = "".join(f"<p>{escape(line)}</p>" for line in (*_said(reading), *told))
    return f"<table><tbody>{body}</tbody></table>{said}"


def visible(word: str) -> str:
    """A word as it can be seen: an empty one has a name, what cannot be printed has a picture."""
    return "".join(map(_letter, word)) or "(empty)"


def mark(step: Step) -> str:
    """What stands between the words of the key and the word of the pattern."""
    if step.outcome == "many":
        took = step.end - step.start
        return {0: "no word", 1: "1 word"}.get(took, f"{took} words")
    return {"equal": "=", "one": "any word", "unasked": "·"}.get(step.outcome, "✗")


def _columns(reading: Reading) -> list[tuple[str, str, str]]:
    """For each step: words of the key, the mark, the word of the pattern."""
    if not reading.found.steps:  # no words on either side, or texts that cannot be sent at all
        key, pattern = (_cut(text) for text in (reading.key, reading.pattern))
        return [(key, "✗" if reading.fault else "=", pattern)]
    given = reading.found.given
    columns = [
        (
            ".".join(visible(word) for word in given[step.start : step.end]),
            mark(step),
            "" if step.word is None else visible(step.word),
        )
        for step in reading.found.steps
    ]
    return columns if given else [("(no words)", *columns[0][1:]), *columns[1:]]


def _said(reading: Reading) -> list[str]:
    lines = [f"on paper {reading.sentence}", *(f"note     {note}" for note in reading.notes)]
    return ["".join(map(_letter, line)) for line in lines]


def _cell(text: str, tint: str) -> str:
    style = f"padding:.3em .8em;font-family:monospace;{tint}" if text and tint else "font-size:85%"
    return f'<td style="text-align:center;{style}">{escape(text)}</td>'


def _letter(letter: str) -> str:
    if letter < " ":
        return chr(0x2400 + ord(letter))
    return "\ufffd" if "\ud800" <= letter <= "\udfff" else letter


def _cut(text: str) -> str:
    return (visible(text[:CUT]) if text else "(no words)") + "…" * (len(text) > CUT)
