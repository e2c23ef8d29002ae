"""aiormq's exceptions in our words, without a broker: the ones that a test cannot easily provoke."""

from __future__ import annotations

import asyncio

import pytest
from aiormq import exceptions as aiormq_errors
from pamqp.commands import Basic

from labs import errors
from labs.aio.translate import answered, translate, translated
from labs.errors import BrokerRefused, ConnectionLost, LabsError


@pytest.mark.parametrize(
    ("theirs", "ours", "says"),
    [
        (aiormq_errors.ChannelAccessRefused("ACCESS_REFUSED - no"), errors.AccessRefused, "403 ACCESS_REFUSED: no."),
        (aiormq_errors.ChannelNotFoundEntity("NOT_FOUND - no queue 'q'"), errors.NotFound, "404 NOT_FOUND"),
        (aiormq_errors.ChannelLockedResource("RESOURCE_LOCKED - q"), errors.ResourceLocked, "405"),
        (aiormq_errors.ChannelPreconditionFailed("PRECONDITION_FAILED - q"), errors.PreconditionFailed, "406"),
        (aiormq_errors.ChannelClosed(504, "CHANNEL_ERROR - x"), BrokerRefused, "504 CHANNEL_ERROR: x."),
        (aiormq_errors.ChannelClosed(None, None), ConnectionLost, "closed by this program"),
        (aiormq_errors.ConnectionClosed(320, "CONNECTION_FORCED - by admin"), ConnectionLost, "by admin"),
        (aiormq_errors.ConnectionClosed(0, "normal closed"), ConnectionLost, "normal closed"),
        (aiormq_errors.ConnectionNotAllowed("NOT_ALLOWED - vhost x not found"), errors.NotFound, "vhost x"),
        (aiormq_errors.ConnectionInternalError("INTERNAL_ERROR"), BrokerRefused, "541 INTERNAL_ERROR."),
        (aiormq_errors.ProbableAuthenticationError("ACCESS_REFUSED - Login"), errors.AccessRefused, "Login"),
        (aiormq_errors.IncompatibleProtocolError("x"), errors.BrokerUnavailable, "does not speak AMQP"),
        (aiormq_errors.DeliveryError(None, Basic.Nack(delivery_tag=1)), errors.Nacked, "basic.nack"),
        (aiormq_errors.ChannelInvalidStateError("closed"), ConnectionLost, "closed"),
        (aiormq_errors.InvalidFrameError("odd"), LabsError, "aiormq reports: odd."),
        (ConnectionResetError(104, "Connection reset by peer"), ConnectionLost, "Connection reset by peer"),
        (TimeoutError(), ConnectionLost, "did not answer in time"),
    ],
)  # fmt: skip
def test_an_exception_of_aiormq_becomes_a_sentence(
    theirs: BaseException, ours: type[LabsError], says: str
) -> None:
    """Of the right type, in the broker's terms, and the original is kept."""
    assert type(translate(theirs)) is ours
    with pytest.raises(ours) as seen, translated():
        raise theirs
    assert says in str(seen.value)
    assert seen.value.__cause__ is theirs


def test_a_cancellation_that_nobody_asked_for_is_a_lost_connection() -> None:
    """It is how aiormq sometimes tells that a line broke; taken at its word it would end the program."""

    async def tell() -> None:
        with translated():
            raise asyncio.CancelledError

    async def main() -> None:
        with pytest.raises(ConnectionLost, match="broke while we waited"):
            await asyncio.create_task(tell())

    asyncio.run(main())


def test_a_real_cancellation_stays_one() -> None:
    """Whoever cancels a task wants it to end."""

    async def wait() -> None:
        with translated():
            await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_a_broker_that_does_not_answer_is_given_up_in_time() -> None:
    """Our own time-out is not taken for a cancellation either."""

    async def main() -> None:
        with pytest.raises(ConnectionLost, match="did not answer in time"):
            async with answered(0.01):
                await asyncio.sleep(60)

    asyncio.run(main())


def test_an_exception_of_ours_passes_through() -> None:
    """It has its sentence already; and what is a mistake in a program stays one."""
    for ours in (errors.Nacked("no"), ZeroDivisionError("mine")):
        with pytest.raises(type(ours)) as seen, translated():
            raise ours
        assert seen.value is ours
