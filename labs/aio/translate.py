"""aiormq's exceptions, in the words of `labs.errors`. Every call of this lane runs inside `translated()`.

The rule: the original is kept (`raise … from`), so nothing is hidden; what changes is that the sentence says
what happened, in the broker's terms, and the type says what you can do about it.
What breaks without it: when a line breaks, aiormq may raise `CancelledError` in a task that nobody cancelled;
taken at its word, that ends your program in silence. https://www.rabbitmq.com/docs/channels#error-handling
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiormq import exceptions as aiormq_errors
from pamqp.commands import Basic
from pamqp.exceptions import PAMQPException

from labs import errors
from labs.refusal import refusal, returned

#: What aiormq, and pamqp under it, may raise. It says RuntimeError for "this is closed".
RAW = (aiormq_errors.AMQPError, PAMQPException, OSError, RuntimeError)
#: The reply codes that aiormq tells by the type of its exception; their words are the first argument.
CODES: dict[type[BaseException], int] = {
    aiormq_errors.ChannelAccessRefused: 403,
    aiormq_errors.ProbableAuthenticationError: 403,
    aiormq_errors.ChannelNotFoundEntity: 404,
    aiormq_errors.ChannelLockedResource: 405,
    aiormq_errors.ChannelPreconditionFailed: 406,
    aiormq_errors.ConnectionFrameError: 501,
    aiormq_errors.ConnectionSyntaxError: 502,
    aiormq_errors.ConnectionCommandInvalid: 503,
    aiormq_errors.ConnectionChannelError: 504,
    aiormq_errors.ConnectionUnexpectedFrame: 505,
    aiormq_errors.ConnectionResourceError: 506,
    aiormq_errors.ConnectionNotAllowed: 530,
    aiormq_errors.ConnectionNotImplemented: 540,
    aiormq_errors.ConnectionInternalError: 541,
}
#: aiormq's exceptions that need no more than a sentence; the first that fits is taken.
SENTENCES: tuple[tuple[type[BaseException], type[errors.LabsError], str], ...] = (
    (aiormq_errors.DeliveryError, errors.Nacked,
     "The broker answered basic.nack: it did not store the message."),
    (aiormq_errors.IncompatibleProtocolError, errors.BrokerUnavailable,
     "Something answers at this address, but it does not speak AMQP 0-9-1."),
    (TimeoutError, errors.ConnectionLost, "The broker did not answer in time."),
    (aiormq_errors.AMQPConnectionError, errors.ConnectionLost, "The connection to the broker broke: {why}."),
    (OSError, errors.ConnectionLost, "The connection to the broker broke: {why}."),
    (aiormq_errors.ChannelClosed, errors.ConnectionLost, "This channel was closed by this program."),
    (RuntimeError, errors.ConnectionLost,
     "This channel, or its connection, is closed: the line broke, or this program closed it."),
    (asyncio.CancelledError, errors.ConnectionLost, "The connection to the broker broke while we waited."),
)  # fmt: skip


@contextmanager
def translated() -> Iterator[None]:
    """Run aiormq's calls; what they raise becomes a `LabsError`. A real cancellation stays one."""
    try:
        yield
    except RAW as error:
        raise translate(error) from error
    except asyncio.CancelledError as error:
        if asked_to_stop():
            raise
        raise translate(error) from error


@asynccontextmanager
async def answered(within_s: float) -> AsyncIterator[None]:
    """The same for requests that the broker answers: `ConnectionLost` when it has not within so many seconds.

    aiormq has a `timeout=` of its own, but it waits with `asyncio.wait_for`, and that, before Python 3.12, forgets
    a cancellation which comes at the same moment as the answer. The task that was cancelled then goes on.
    """
    with translated():
        async with asyncio.timeout(within_s):
            yield


def asked_to_stop() -> bool:
    """Whether somebody cancelled this task; if not, a `CancelledError` in it is aiormq's own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def translate(error: BaseException) -> errors.LabsError:
    """The `LabsError` that says what this exception of aiormq's means."""
    for theirs, code in CODES.items():
        if isinstance(error, theirs):
            return refusal(code, str(error.args[0] if error.args else ""))
    match error:
        case aiormq_errors.PublishError() if isinstance(error.frame, Basic.Return):
            return returned(error.frame.exchange or "", error.frame.routing_key or "")
        case aiormq_errors.ChannelClosed(args=(int(code), str(text))):
            return refusal(code, text)
        case aiormq_errors.ConnectionClosed(args=(int(code), str(text))) if code:
            return refusal(code, text)
    for theirs, ours, sentence in SENTENCES:
        if isinstance(error, theirs):
            return ours(sentence.format(why=_why(error)))
    return errors.LabsError(f"aiormq reports: {_why(error)}.")


def _why(error: BaseException) -> str:
    """Its own words, or the operating system's."""
    inside = error.args[-1] if error.args else ""
    return str(inside).rstrip(".") or type(error).__name__
