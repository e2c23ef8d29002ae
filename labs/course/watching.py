"""The live view in a lesson: watch the virtual host, follow one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.display import display

from labs.course.place import Place

if TYPE_CHECKING:  # the view takes a moment to load, and most cells show none
    from labs.course.watch.view import LiveView
    from labs.live.record import Record


class Watching(Place):
    """Every dot in the view is a message that the broker reported (https://www.rabbitmq.com/docs/firehose)."""

    _watched: LiveView | None = None
    _seen: Record | None = None

    def watch(self, *, quiet: bool = True) -> LiveView:
        """Open the live view: `with lesson.watch():` for one experiment, or as a cell's last line to leave it open.

        The broker's tracing is on as long as it is open, and costs some of its speed: close it before you measure.
        `quiet`: whether the picture that stays behind shows the ways that nothing took.
        Raises BrokerUnavailable when the broker has gone. Where tracing is not permitted, the view says so and
        shows counts only.
        """
        from labs.course.watch.view import LiveView
        from labs.live.record import Record

        self._stop_watching()
        self._seen = Record()
        self._watched = LiveView(
            self.name, broker=self.broker, vhost=self.vhost, record=self._seen, quiet=quiet
        )
        return self._watched

    def follow(self, message_id: str) -> None:
        """Show the journey of one message that the last view saw: where it went, when, and why."""
        if self._seen is None:
            print("Nothing was watched yet: publish inside `with lesson.watch():` first.")
            return
        if self._watched is not None:
            self._watched.follow(f"m:{message_id}")
        display(self._seen.journey(f"m:{message_id}"))

    def _stop_watching(self) -> None:
        """Take the tap off the broker."""
        if self._watched is not None:
            self._watched.stop()
        self._watched = None
