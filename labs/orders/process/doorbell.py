"""A doorbell: how a process that writes events tells the process with the relay, on the same machine.

In one process the relay is woken by a call. In two it would look into the outbox twice a second, and each order
would wait for that. So the relay listens at a socket in the shop's folder, and whoever has committed rings. It is
only a hint: a ring that is lost, or finds nobody at home, costs the time until the relay looks by itself. Between
machines there is no such socket, and the relay's own look is all there is.
https://man7.org/linux/man-pages/man7/unix.7.html
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

#: The longest path that a socket may have, in bytes, on every system (macOS has the shortest).
LONGEST = 100


class Doorbell:
    """The bell of the shop in the folder `home`."""

    def __init__(self, home: Path) -> None:
        path = str(home / "relay.bell")
        self._path = path if len(path.encode()) <= LONGEST else None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._listening = False

    def ring(self) -> None:
        """There is news in the outbox. From any thread; returns at once, and never raises."""
        if self._path:
            with suppress(OSError):  # nobody listens, or somebody has rung already and is not heard yet
                self._socket.sendto(b"!", self._path)

    def answered_by(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` at each ring, in a thread of this bell's, until `close`; returns `wake`."""
        if self._path:
            self._listen(self._path, wake)
        return wake

    def _listen(self, path: str, wake: Callable[[], None]) -> None:
        Path(path).unlink(missing_ok=True)  # left by a relay that was killed
        self._socket.bind(path)
        self._socket.settimeout(None)
        self._listening = True
        Thread(target=self._hear, args=(wake,), name="orders.bell", daemon=True).start()

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        if self._listening:
            self._listening = False
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            Path(str(self._path)).unlink(missing_ok=True)
        self._socket.close()

    def _hear(self, wake: Callable[[], None]) -> None:
        with suppress(OSError):
            while self._socket.recv(16):
                wake()
