"""A stand-in's HTTP server: a real one, in a thread of this process, on a free port of 127.0.0.1.

The thread has an event loop of its own, so it never meets the one of a notebook. The port is known before the
start, so that settings can name it. `stop` lets open requests end, but not for longer than a second.
https://www.uvicorn.org
"""

from __future__ import annotations

import socket
import time
from threading import Thread
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from labs.errors import WaitTimeout

#: The only address that a stand-in listens on.
HOST = "127.0.0.1"
#: How long a stop waits for requests that are being answered, in seconds.
GRACE_S = 1


class HttpServer:
    """Serves `app` at `url`. Start it once."""

    def __init__(self, app: ASGIApp, *, name: str = "orders.stand_ins") -> None:
        # asyncio sets TCP_NODELAY only if the protocol is named; else each answer waits 40 ms for an ACK.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, lifespan="off",
            timeout_graceful_shutdown=GRACE_S,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._socket],), name=name, daemon=True)

    def start(self, within_s: float = 10.0) -> None:
        """Begin, and return when requests are answered; raises `WaitTimeout` after `within_s` seconds."""
        self._thread.start()
        deadline = time.monotonic() + within_s
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise WaitTimeout(awaited=f"the stand-ins' server for {within_s:g} s", seen="no answer")
            time.sleep(0.01)

    def stop(self, within_s: float = 5.0) -> bool:
        """End; False when that took longer than `within_s` seconds. Safe to call twice."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(within_s)
        self._socket.close()
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
