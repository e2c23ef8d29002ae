"""Distance to a broker: a TCP proxy that hands on every byte a few milliseconds later.

On one machine an answer takes a tenth of a millisecond, and what saves round trips hardly shows. A broker in the
same town is 2 to 5 ms away, one on another continent 100. Everything passes in order and unchanged, only later.
The proxy runs in a thread and an event loop of its own, and listens on the loopback address only.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Self
from urllib.parse import urlsplit

from labs.errors import WaitTimeout

#: How long the proxy may take to begin, in seconds.
PATIENCE_S = 5.0


class Distance:
    """`with Distance(url, ms=5) as far:` gives `far.url`: the same broker, 5 ms away in each direction.

    `url` must be an `amqp://` address; what is encrypted cannot be addressed by another name.
    Raises `WaitTimeout` when the proxy cannot begin.
    """

    def __init__(self, url: str, *, ms: float) -> None:
        self._url, self._seconds = urlsplit(url), ms / 1000
        self._port = 0
        self._began, self._over = threading.Event(), asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=[self._serve()], daemon=True
        )

    @property
    def url(self) -> str:
        """The address of the far broker. It holds the password: do not print it."""
        user, _, _ = self._url.netloc.rpartition("@")
        return self._url._replace(netloc=f"{user}@127.0.0.1:{self._port}").geturl()

    async def _serve(self) -> None:
        async with await asyncio.start_server(self._connect, "127.0.0.1", 0) as server:
            self._port = server.sockets[0].getsockname()[1]
            self._began.set()
            await self._over.wait()
        still_open = asyncio.all_tasks() - {asyncio.current_task()}
        for task in still_open:
            task.cancel()
        await asyncio.gather(*still_open, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._url.hostname or "127.0.0.1", self._url.port or 5672
        broker_reader, broker_writer = await asyncio.open_connection(host, port)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._carry(reader, broker_writer), self._carry(broker_reader, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand on what arrives, each piece a while after it came; an end of the line is handed on, too."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        clock = asyncio.get_running_loop().time

        async def arrive() -> None:
            with contextlib.suppress(OSError):
                while True:
                    due, piece = await on_the_way.get()
                    await asyncio.sleep(due - clock())
                    if not piece:
                        break
                    writer.write(piece)
            writer.close()

        arriving = asyncio.create_task(arrive())
        piece = b"-"
        while piece:
            try:
                piece = await reader.read(65536)
            except OSError:
                piece = b""
            on_the_way.put_nowait((clock() + self._seconds, piece))
        await arriving

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._began.wait(PATIENCE_S):
            raise WaitTimeout(awaited="a proxy on the loopback address", seen="no answer")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(PATIENCE_S)
        if not self._thread.is_alive():
            self._loop.close()
