"""The handle a notebook holds: its own virtual host, views of the broker, predictions and checks.

Everything a lesson makes lives in its virtual host, so notebooks never disturb each other, and opening the
lesson again gives a clean start.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys

from labs import paths
from labs.broker.address import Broker
from labs.broker.ensure import ensure_broker
from labs.broker.management import Management
from labs.broker.vhosts import clean_vhost, drop_vhost
from labs.course.catalogue import by_name
from labs.course.keeping import Keeping
from labs.course.kernel import install_readable_errors
from labs.course.looking import Looking
from labs.course.predicting import Predicting
from labs.course.progress import Progress
from labs.course.watching import Watching
from labs.errors import AccessRefused, LabsError
from labs.live.tracing import sweep

#: The lessons of this kernel, so that opening one again closes what it left open.
_open: dict[str, Lesson] = {}


class Lesson(Looking, Watching, Predicting, Keeping):
    """One notebook's handle, made by `open_lesson`."""

    def __init__(
        self, name: str, *, broker: Broker, vhost: str, progress: Progress, strict: bool = False
    ) -> None:
        super().__init__(name, broker=broker, vhost=vhost, progress=progress)
        self.strict = strict
        self._hints_given = {}

    def __repr__(self) -> str:
        return f"<lesson {self.name}>"

    def course_map(self) -> None:
        """Every notebook with what you have done in it, and where to go next."""
        from IPython.display import display

        from labs.course.course_map import course_map

        display(course_map(self.progress))

    def reset(self) -> None:
        """Make the virtual host clean again and forget this lesson's progress. Then run the notebook from the top."""
        self._give_back()
        self._empty_folder()
        clean_vhost(self.management, self.vhost)
        self.progress.reset(self.name)
        print(f"Lesson {self.name} is as new. Go on from the setup cell.")

    def close(self) -> None:
        """Close what this lesson opened and delete its virtual hosts. Safe to run twice, and with the broker gone."""
        self._give_back()
        self._end_spare()
        self._empty_folder()
        for vhost in (self.vhost, f"{self.vhost}.try"):
            with contextlib.suppress(LabsError):  # gone with its broker: nothing is left to delete
                drop_vhost(self.management, vhost)
        _open.pop(self.name, None)
        print(f"Lesson {self.name} is closed: its virtual host is gone, your progress is kept.")

    def _give_back(self) -> None:
        """Take the tap off the broker and close the connections of this kernel."""
        self._stop_watching()
        self._close_connections()

    def _empty_folder(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def open_lesson(name: str, *, strict: bool = False) -> Lesson:
    """Open a lesson: find or start the broker, make the lesson's virtual host clean, and say so in one line.

    Parameters: `name`, the notebook's file name without `.ipynb`; `strict`, raise when a check is not passed.
    Raises KeyError for an unknown lesson, BrokerUnavailable when no broker can be had (with the way to get one).
    """
    by_name(name)
    install_readable_errors()
    _import_what_draws()
    before = _open.get(name)
    if before is not None:  # the setup cell was run again
        before._give_back()  # noqa: SLF001 - the same class
    broker, prefix = ensure_broker(), os.environ.get("LABS_VHOST_PREFIX", "learn")
    vhost = f"{prefix}.{name}"
    with Management(broker) as management:
        clean_vhost(management, vhost)
        # A killed kernel whose view was killed too left tracing on. Only an administrator may end that.
        with contextlib.suppress(AccessRefused):
            sweep(management, f"{prefix}.")
    progress = Progress(paths.home() / "progress.sqlite")
    lesson = _open[name] = Lesson(name, broker=broker, vhost=vhost, progress=progress, strict=strict)
    if before is not None:
        lesson._take_over(before)  # noqa: SLF001
    lesson._empty_folder()  # noqa: SLF001
    print(f"Lesson {name} is open: a clean virtual host on a running broker.")
    return lesson


def _import_what_draws() -> None:
    """Matplotlib's C part comes with the first figure; ■ in the middle of that import would break it for good."""
    if "matplotlib.pyplot" in sys.modules:
        importlib.import_module("matplotlib.backends.backend_agg")
