"""A feed of events: one line each, newest at the end, each with its kind as a word.

Callbacks run on threads of their own, and a thread must not print: nobody knows in which cell it would land.
Let them `add` a line here. https://pika.readthedocs.io/en/stable/faq.html
"""

from __future__ import annotations

import threading
from collections import deque
from html import escape

import traitlets

from labs.course.pieces.paced import Paced
from labs.course.pieces.piece import Piece
from labs.course.view import GREY, PANEL

#: So many lines are kept; a feed is for reading.
KEPT = 200
#: The sign before a kind, so that colour never says it alone. Any other kind gets a dot.
SIGNS = {
    "published": "→",
    "delivered": "↓",
    "acked": "✓",
    "redelivered": "↻",
    "returned": "↩",
    "dead": "◆",
    "lost": "✕",
    "refused": "✕",
}


class EventFeed(Piece):
    """`feed.add("acked", "order 42, by worker 1")`, from any thread; show it as a cell's last line."""

    main = "feed.js"
    title = traitlets.Unicode().tag(sync=True)
    #: `[kind, sign, words]`, oldest first.
    lines: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    #: How many older lines are not kept any more.
    dropped = traitlets.Int(0).tag(sync=True)

    def __init__(self, title: str = "Events") -> None:
        super().__init__(title=title)
        self._kept: deque[tuple[str, str, str]] = deque(maxlen=KEPT)
        self._all = 0
        self._adding = threading.Lock()
        self._paced = Paced(self._pass_on)

    def add(self, kind: str, words: str) -> None:
        """One more line. The page has it within a tenth of a second."""
        with self._adding:
            self._kept.append((kind, SIGNS.get(kind, "·"), words))
            self._all += 1
        self._paced.ask()

    def words(self) -> str:
        """Every line that is kept, in order."""
        kept, dropped = self._state()
        width = max((len(kind) for kind, _, _ in kept), default=0)
        older = [f"({dropped} older)"] if dropped else []
        lines = [f"{sign} {kind.ljust(width)}  {words}".rstrip() for kind, sign, words in kept]
        return "\n".join([self.title, *older, *(lines or ["(nothing yet)"])])

    def twin(self) -> dict[str, str]:
        """The same as a list."""
        kept, dropped = self._state()
        items = "".join(
            f"<li><strong>{escape(sign)} {escape(kind)}</strong> {escape(words)}</li>"
            for kind, sign, words in kept
        )
        older = f"<em>({dropped} older)</em>" if dropped else ""
        body = (
            f'<ol style="margin:.3em 0 0;padding-left:2.2em">{items}</ol>' if items else "<br>(nothing yet)"
        )
        heading = f"<strong>{escape(self.title)}</strong> {older}"
        return {"text/html": f'<div style="{PANEL.format(**GREY)}">{heading}{body}</div>'}

    def _state(self) -> tuple[list[tuple[str, str, str]], int]:
        with self._adding:
            return list(self._kept), self._all - len(self._kept)

    def _pass_on(self) -> None:
        kept, dropped = self._state()
        with self.hold_sync():
            self.lines, self.dropped = [list(line) for line in kept], dropped
