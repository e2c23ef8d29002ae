"""A mailbox of our own: a real SMTP server on loopback that keeps what it gets, and sends nothing on.

What is sent to it has gone through all of SMTP: a greeting, a sender, recipients, a body. And it can be as
unpleasant as a real one: slow, "try again later", "no such user". The rule for development is that no mail ever
leaves the machine, whatever address somebody types. Runs in a thread of its own; `mails()` may be called by any.
https://aiosmtpd.aio-libs.org/en/stable/controller.html
"""

from __future__ import annotations

import asyncio
import logging
import mailbox
import socket
import time
from collections import deque
from pathlib import Path
from threading import Lock
from typing import Any, Self
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from labs.errors import WaitTimeout
from labs.orders.stand_ins.mail import Mail, read_mail

#: The only address that it listens on.
HOST = "127.0.0.1"
#: The largest mail that it takes, in bytes.
MAX_BYTES = 1_000_000

logging.getLogger("mail").addHandler(logging.NullHandler())  # its log lines belong on nobody's screen


class Mailbox:
    """Listens on `port` (0: a free one), keeps the last `keep` mails, and all of them in `folder` (a Maildir).

    `slow_s`: how long it thinks about each mail. `refused`: address → answer, such as `550 5.1.1 No such user`.
    `answers`: what the next mails hear instead of 250, first to last.
    """

    def __init__(self, *, port: int = 0, keep: int = 200, folder: Path | None = None) -> None:
        self._socket = socket.create_server((HOST, port), backlog=100)
        self.port: int = self._socket.getsockname()[1]
        self.slow_s = 0.0
        self.refused: dict[str, str] = {}
        self.answers: deque[str] = deque()
        self._mails: deque[Mail] = deque(maxlen=keep)
        self._folder, self._count = folder, 0
        self._one_writer = Lock()
        self._server = _Server(self, self._socket)

    def start(self) -> None:
        """Begin; mails are taken when this returns."""
        self._server.start()

    def stop(self) -> None:
        """Hang up on everybody and end. What was kept can still be read. Safe to call twice."""
        self._server.end()
        self._socket.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def mails(self) -> tuple[Mail, ...]:
        """What is kept, oldest first."""
        return tuple(self._mails)

    def wait_for(self, number: int, *, within_s: float = 10.0) -> tuple[Mail, ...]:
        """The mails, once there are so many; raises `WaitTimeout` after `within_s` seconds."""
        deadline = time.monotonic() + within_s
        while len(mails := self.mails()) < number:
            if time.monotonic() > deadline:
                raise WaitTimeout(awaited=f"{number} mails for {within_s:g} s", seen=f"{len(mails)}")
            time.sleep(0.02)
        return mails

    async def handle_RCPT(  # noqa: N802 aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Whether this address is known here."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, or say what was asked for instead."""
        await asyncio.sleep(self.slow_s)
        if self.answers:
            return self.answers.popleft()
        content = envelope.original_content or b""
        if self._folder is not None:
            await asyncio.to_thread(self._keep, self._folder, content)
        self._count += 1
        self._mails.append(
            read_mail(
                content, number=self._count, sender=envelope.mail_from or "", recipients=envelope.rcpt_tos
            )
        )
        return "250 2.0.0 OK: kept"


    def _keep(self, folder: Path, content: bytes) -> None:
        with self._one_writer:  # two mails at once would both make the folder, and one of them would fail
            mailbox.Maildir(folder, create=True).add(content)


class _Server(Controller):
    """aiosmtpd's controller on a socket that is bound already, so that the port is known before it starts."""

    def __init__(self, handler: Mailbox, listener: socket.socket) -> None:
        super().__init__(handler, hostname=HOST, port=handler.port, data_size_limit=MAX_BYTES)
        self._listener = listener
        self._open: WeakSet[Any] = WeakSet()

    def factory(self) -> SMTP:
        protocol = SMTP(self.handler, **self.SMTP_kwargs)
        self._open.add(protocol)
        return protocol

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)

    def end(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            # Since Python 3.12 a server waits for its clients, and a client may stay for ever.
            self.loop.call_soon_threadsafe(self._hang_up)
            self.stop()

    def _hang_up(self) -> None:
        for protocol in list(self._open):
            if protocol.transport is not None:
                protocol.transport.abort()
