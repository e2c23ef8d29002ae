"""One direction of a proxied line: what it does to the bytes that pass.

It may hold them back (`gate`) or let them through slowly (`bytes_per_s`); it never changes, drops or reorders
them, because TCP does not either: a broken network is late or gone, not wrong.
The rule: one event loop, the proxy's own. Whoever is not on it asks the proxy.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

#: The most that is carried at once, in bytes.
PIECE = 65_536
#: A slow way carries pieces of this many seconds, so that its speed can be changed at any time.
STEP_S = 0.1


class Way:
    """The same for all lines of one proxy: together they share its speed, as on a real link."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        #: None: as fast as it goes.
        self.bytes_per_s: float | None = None
        self._free_at = 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes, until either end closes; then close the other."""
        with suppress(OSError):
            while piece := await reader.read(self._most()):
                await self._take_time(len(piece))
                await self.gate.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()

    def _most(self) -> int:
        return PIECE if self.bytes_per_s is None else max(1, min(PIECE, int(self.bytes_per_s * STEP_S)))

    async def _take_time(self, size: int) -> None:
        if self.bytes_per_s is None:
            self._free_at = 0.0
            return
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + size / self.bytes_per_s
        await asyncio.sleep(self._free_at - now)
