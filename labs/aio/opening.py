"""The first attempt to connect: bounded, and its failure is one sentence.

A robust connection never gives up, which is right for a line that broke and wrong for an address that was
never right: there, somebody waits for an answer. https://docs.aio-pika.com
"""

from __future__ import annotations

import asyncio
import traceback

from aio_pika.connection import make_url
from aio_pika.robust_connection import RobustConnection
from aiormq.exceptions import InvalidFrameError
from pamqp.commands import Connection
from yarl import URL

from labs.aio.translate import RAW, asked_to_stop, translate
from labs.errors import BrokerUnavailable, ConnectionLost, InvalidValue, LabsError
from labs.refusal import refusal

#: The pause between two attempts to connect again, in seconds.
RECONNECT_S = 1.0


async def robust(url: str, *, name: str, heartbeat_s: int, timeout_s: float) -> RobustConnection:
    """What `aio_pika.connect_robust` does; but that one goes on in the background when we give up waiting."""
    address = _address(url, heartbeat_s)
    raw = RobustConnection(
        address, client_properties={"connection_name": name}, reconnect_interval=RECONNECT_S
    )
    try:
        async with asyncio.timeout(timeout_s):
            await raw.connect(timeout=timeout_s)
    except (*RAW, asyncio.CancelledError) as error:
        await raw.close()
        if isinstance(error, asyncio.CancelledError) and asked_to_stop():
            raise
        raise _why_not(error, where=f"{address.host}:{address.port or 5672}", timeout_s=timeout_s) from error
    return raw


def _address(url: str, heartbeat_s: int) -> URL:
    try:
        address = make_url(url, heartbeat=heartbeat_s)
    except ValueError:
        address = URL()
    if address.scheme not in {"amqp", "amqps"} or not address.host:
        # Not shown, and not chained: it may hold a password.
        raise InvalidValue("This is not an AMQP URL: amqp://user:password@host:port/vhost.") from None
    return address


def _why_not(error: BaseException, *, where: str, timeout_s: float) -> LabsError:
    """A refusal is told in the broker's words; everything else means that no broker is there."""
    if isinstance(error, TimeoutError):
        return BrokerUnavailable(f"Nothing at {where} spoke AMQP within {timeout_s:g} s.")
    if isinstance(error, InvalidFrameError) and (frame := _answer(error)):
        return refusal(frame.reply_code or 0, frame.reply_text or "")
    ours = translate(error)
    return BrokerUnavailable(f"No broker answers at {where}.") if isinstance(ours, ConnectionLost) else ours


def _answer(error: BaseException) -> Connection.Close | None:
    """The broker's "no" to our `connection.open`: aiormq forgets its words, but they still stand in the traceback."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if isinstance(said := frame.f_locals.get("frame"), Connection.Close):
            return said
    return None
