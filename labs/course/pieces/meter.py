"""One queue's meter: how many messages are ready and how many unacknowledged, now.

A message that was delivered is still the broker's until it is acknowledged, so a queue has two numbers.
https://www.rabbitmq.com/docs/queues#metrics
"""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import Any

import traitlets

from labs.course.pieces.depths import Depth, Depths, look
from labs.course.pieces.piece import Piece
from labs.course.place import Place
from labs.course.view import BLUE, PANEL
from labs.errors import LabsError

FOLLOWING = "following the queue"


class QueueMeter(Piece):
    """`QueueMeter(lesson, "desk")` as a cell's last line: it follows the queue until the lesson closes.

    It also stops with the kernel, by `close()`, and when the last page that showed it is closed; a page that
    opens again makes it follow again.
    """

    main = "meter.js"
    queue = traitlets.Unicode().tag(sync=True)
    #: `ready`, `unacked` and `exact`; empty as long as there is no such queue.
    depth = traitlets.Dict().tag(sync=True)
    following = traitlets.Bool().tag(sync=True)
    #: What it does, in words.
    status = traitlets.Unicode("").tag(sync=True)

    def __init__(self, lesson: Place, queue: str) -> None:
        super().__init__(queue=queue)
        self._lesson, self._pages = lesson, 0
        self._depths: Depths | None = None
        self._over = False
        self.on_msg(self._hear)
        self._take(look(lesson, queue))
        self._follow()

    def stop(self) -> None:
        """Follow no more; the numbers stay. Safe to call twice."""
        self._rest("stopped")
        self._over = True

    def close(self) -> None:
        """Stop, and take the meter off every page."""
        self.stop()
        super().close()

    def words(self) -> str:
        """The numbers of this moment, asked from the broker; the last ones known if it has gone."""
        depth = self.depth
        with suppress(LabsError):  # a page of the past is right to show what was last seen
            depth = _numbers(look(self._lesson, self.queue))
            self.depth = depth
        # Said from what was just asked: the thread that follows may put an older look into `self.depth`.
        return f"{self.queue}: {_said(depth)}"

    def twin(self) -> dict[str, str]:
        """The same words in a panel."""
        panel = PANEL.format(**BLUE)
        return {
            "text/html": f'<div style="{panel}"><strong>{escape(self.queue)}</strong>: {_said(self.depth)}</div>'
        }

    def _follow(self) -> None:
        if self._depths is None and not self._over:
            self._depths = Depths(self._lesson, self.queue, on_change=self._take, on_end=self._end)
            self._lesson._keepers.append(self._depths)  # type: ignore[arg-type]  # noqa: SLF001 - ends with the lesson
            self.following, self.status = True, FOLLOWING
            self._depths.start()

    def _rest(self, why: str) -> None:
        depths, self._depths = self._depths, None
        if depths is not None:
            depths.stop()
            self._say(why)

    def _take(self, depth: Depth | None) -> None:
        """New numbers; runs on the thread that looks."""
        self.depth = _numbers(depth)

    def _end(self, why: str) -> None:
        """There is nothing to follow any more."""
        if not self._over:
            self._over, self._depths = True, None
            self._say(why)

    def _say(self, why: str) -> None:
        with self.hold_sync():
            self.following, self.status = False, f"{why}: these are its last numbers"

    def _hear(self, _: object, said: Any, __: object) -> None:
        """A page shows it, or does so no more."""
        if not isinstance(said, dict):
            return
        if said.get("do") == "opened":
            self._pages += 1
            self._follow()
        elif said.get("do") == "closed":
            self._pages -= 1
            if self._pages <= 0:
                self._rest("nobody looked any more")


def _numbers(depth: Depth | None) -> dict[str, Any]:
    return {} if depth is None else {"ready": depth.ready, "unacked": depth.unacked, "exact": depth.exact}


def _said(depth: dict[str, Any]) -> str:
    if not depth:
        return "there is no such queue"
    about = "" if depth["exact"] else "about "
    return f"{depth['ready']} ready, {about}{depth['unacked']} unacknowledged"
