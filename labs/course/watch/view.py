"""The live view: what the tap tells, passed on to the page, and a picture for readers without a kernel.

The kernel does as little as it can: a thread reads ready-made lines from the tap's program, notes them and
sends them on. Nothing here waits for the page, because a busy kernel cannot hear it.
https://anywidget.dev/en/afm/ describes the page's side of it.
"""

from __future__ import annotations

from typing import Any, Self

import anywidget
import traitlets
from IPython.display import display

from labs.broker.address import Broker
from labs.course.watch.module import STYLES, joined_module, joined_style
from labs.drawing.picture import Picture
from labs.errors import WaitTimeout
from labs.live.client import LiveClient
from labs.live.record import Record

#: Lines that the page plays on its own clock. The graph goes by trait too, for a page that opens later.
PLAYED = ("batch", "counts", "graph", "status")
#: The longest wait, in seconds, for what is still on its way from the broker.
SETTLES_WITHIN_S = 10.0
CAPTION = "While the kernel runs, the live view stands here; the picture below is its last state."


class LiveView(anywidget.AnyWidget):
    """Dots for messages, as long as it is open.

    Use it in a `with` block, or as the last line of a cell. It watches the virtual host `vhost` of `broker`, and
    notes in `record` what it sees. `name` is what the picture is called; without
    the `quiet` ways it shows only what moved.
    """

    _esm = joined_module()
    _css = joined_style((*STYLES, "notebook.css"))
    graph = traitlets.Dict().tag(sync=True)
    counts = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)

    def __init__(self, name: str, *, broker: Broker, vhost: str, record: Record, quiet: bool = True) -> None:
        super().__init__(status={"state": "starting", "text": "The tap is being connected."})
        self._name, self._record, self._quiet = name, record, quiet
        self._pages, self._over = 0, False
        #: Why this view shows less than everything, if it does.
        self._trouble = ""
        self._client = LiveClient(broker, vhost, name=name, on_line=self._take)
        self.on_msg(self._hear)
        self._record.mark()
        self._client.start()
        self.settle()  # what is there before the first message: later counts are compared with it

    def _take(self, line: dict[str, Any]) -> None:
        """One line of the tap; runs on the reader's thread."""
        self._record.feed(line)
        kind = line["type"]
        if kind == "graph":
            self.graph = line["graph"]
        elif kind == "counts":
            self.counts = line
        elif kind == "status":
            self.status = line
            if line["state"] in ("polling", "lost") or (line["state"] == "stopped" and not self._over):
                self._trouble = line["text"]
        if kind in PLAYED:
            self.send(line)

    def _hear(self, _: object, said: Any, __: object) -> None:
        """What the page says: a group was opened or closed, or the page itself was."""
        if not isinstance(said, dict):
            return
        if said.get("do") in ("expand", "collapse"):
            self._client.send({"do": said["do"], "node": str(said.get("node", ""))})
        elif said.get("do") == "opened":
            self._pages += 1
        elif said.get("do") == "closed":
            self._pages -= 1
            if self._pages <= 0:
                self.stop()

    def follow(self, message: str) -> None:
        """Show the journey of one message in the view."""
        self.options = {**self.options, "journey": message}
        self.send({"type": "follow", "message": message})

    def settle(self) -> None:
        """Return when the view has everything that the broker has traced until now."""
        if self._client.state not in ("live", "polling"):
            return
        try:
            self._client.sync(SETTLES_WITHIN_S)
        except WaitTimeout:
            self._trouble = "Not everything was told in time: every total is at least this."

    def stop(self) -> None:
        """Take the tap off the broker. The view keeps its last 30 seconds for a replay. Safe to call twice."""
        self._over = True
        self._client.stop()

    def picture(self) -> Picture:
        """The last state, drawn: for a page without a kernel, and for print."""
        caption = f"{self._name}, as the live view last saw it"
        if self._record.behind:
            caption += " (it could not keep up: every total is at least this)"
        caption += "" if self._quiet else "; ways that nothing took are left out"
        caption += f"\n{self._trouble}" if self._trouble else ""
        return Picture(self._record.whole(quiet=self._quiet), self._record.seen, caption)

    def __enter__(self) -> Self:
        data = self._view_only()
        display(data, raw=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.settle()
        finally:
            self.stop()
        display(self.picture())

    def _view_only(self) -> dict[str, Any]:
        """The widget, and one line for whoever reads this without a kernel."""
        bundle = super()._repr_mimebundle_()
        data = dict((bundle[0] if isinstance(bundle, tuple) else bundle) or {})
        data["text/plain"] = CAPTION
        data["text/html"] = f"<p><em>{CAPTION}</em></p>"
        return data

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """Widget, picture and words together; the page shows the first one that it can."""
        self.settle()
        data, metadata = self.picture()._repr_mimebundle_()
        view = self._view_only()
        del view["text/html"]  # the picture says more
        return {**view, **data}, metadata

    def __repr__(self) -> str:
        return repr(self.picture())
