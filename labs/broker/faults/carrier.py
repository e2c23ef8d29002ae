"""The proxy's inside: a listener on loopback, and one line to the broker for each that connects.

The rule: one event loop. Every method is called on it; `Proxy` is the part for other threads.
A line is a task, so cutting it is cancelling the task. https://docs.python.org/3/library/asyncio-stream.html
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Literal

from labs.broker.faults.way import PIECE, Way
from labs.broker.ports import LOOPBACK

Direction = Literal["to_broker", "from_broker"]
#: Longest wait for cut lines to end, in seconds.
CUT_S = 3.0


class Carrier:
    """Carries lines to `target`, a host and a port. Bound from the beginning, listening after `accept()`."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self.ways: dict[Direction, Way] = {"to_broker": Way(), "from_broker": Way()}
        self.lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._socket = _bound(0)
        self.port = int(self._socket.getsockname()[1])

    async def accept(self) -> None:
        """Listen, unless we do."""
        if self._server is None:
            self._server = await asyncio.start_server(self._line, sock=self._socket, limit=PIECE)

    async def refuse(self) -> None:
        """Stop listening and keep the port, so that the system refuses who connects."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._socket = _bound(self.port)

    async def gates(self, *, opened: bool, only: Direction | None = None) -> None:
        """Open or close the ways."""
        for name, way in self.ways.items():
            if only in (None, name):
                (way.gate.set if opened else way.gate.clear)()

    async def cut(self) -> int:
        """Break every line; how many there were."""
        lines = list(self.lines)
        for line in lines:
            line.cancel()
        if lines:
            await asyncio.wait(lines, timeout=CUT_S)
        return len(lines)

    async def end(self) -> None:
        """Give everything back."""
        if self._server is not None:
            self._server.close()
        self._socket.close()
        await self.cut()

    async def _line(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        """One line, from the client's connecting until either side ends it, or a cut does."""
        me, ends = asyncio.current_task(), [near_out]
        if me is None:  # a coroutine always runs in a task; the type does not say so
            return
        self.lines.add(me)
        try:
            far_in, far_out = await asyncio.open_connection(*self._target, limit=PIECE)
            ends.append(far_out)
            there, back = self.ways["to_broker"], self.ways["from_broker"]
            await asyncio.gather(there.carry(near_in, far_out), back.carry(far_in, near_out))
        except (OSError, asyncio.CancelledError):
            pass  # no broker there, or cut: either way the client is told by the system
        finally:
            for end in ends:
                end.transport.abort()
            self.lines.discard(me)


def _bound(port: int) -> socket.socket:
    """A socket that has the port and does not listen on it; 0: any free one."""
    bound = socket.socket()
    if os.name == "posix":  # else lines that were cut a moment ago would keep the port from us
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    return bound
