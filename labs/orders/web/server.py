"""The web server in a thread of this process, on a loopback port that is known before it starts.

A notebook, a test and `python -m labs serve` all run the shop in this way. The thread has an event loop of
its own, so it never meets the one that Jupyter is running. Stopping is in order: streams first, then the
server, because a server that waits for streams that wait for events would wait for ever.
"""

from __future__ import annotations

import errno
import socket
import time
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from labs.errors import LabsError, WaitTimeout

#: The address that the shop listens on, unless it runs in a container, whose own network is closed.
HOST = "127.0.0.1"


class WebServer:
    """Serves `app` on `host`, port `port` (0: a free one). `stop_s` bounds the wait for open requests.

    A client that takes nothing of what it was sent for `write_s` seconds is disconnected, by the kernel
    where it can do that. A WebSocket that leaves a ping unanswered for as long is closed; `ping_s` is between
    two of them.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        port: int,
        stop_s: float,
        write_s: float = 5.0,
        ping_s: float = 5.0,
        host: str = HOST,
    ) -> None:
        self._socket = _bound_socket(host, port, write_s=write_s)
        self.port: int = self._socket.getsockname()[1]
        # Access lines and warnings would appear in the middle of a notebook's output.
        # uvloop and httptools are used where they are installed. What comes by a WebSocket is not even read, so
        # it may be small; what goes out is too short to be worth a compressor's memory for each dashboard.
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, server_header=False,
            timeout_graceful_shutdown=max(1, int(stop_s / 2)), loop="auto", http="auto",
            proxy_headers=False,  # anybody can send X-Forwarded-For, and would be somebody else for the rate limit
            ws="websockets-sansio", ws_max_size=4096, ws_per_message_deflate=False,
            ws_ping_interval=ping_s, ws_ping_timeout=write_s,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._socket],), name="orders.web", daemon=True)

    @property
    def url(self) -> str:
        """Where the shop is, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def start(self, within_s: float = 10.0) -> None:
        """Begin, and return when requests are answered; raises `WaitTimeout` after `within_s` seconds."""
        self._thread.start()
        deadline = time.monotonic() + within_s
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise WaitTimeout(f"The web server did not start within {within_s:g} s.")
            time.sleep(0.01)

    def stop(self, within_s: float) -> bool:
        """Finish open requests and end; False when that took longer than `within_s` seconds."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(within_s)
        self._socket.close()
        return not self._thread.is_alive()


def _bound_socket(host: str, port: int, *, write_s: float) -> socket.socket:
    # asyncio sets TCP_NODELAY only if the protocol is named; else each answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Closing a connection waits until the other end has read what is left, and one that never reads would
        # stay for ever. Accepted connections inherit this; https://www.rfc-editor.org/rfc/rfc5482
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(write_s * 1000))
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise LabsError(
            f"Port {port} on {host} is in use by another program.",
            hint="Choose another one: --port 0 takes a free port.",
        ) from error
    return listener
