"""pika's exceptions in our words, without a broker: the ones that a test cannot easily provoke."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pika import exceptions as pika_errors
from pika.adapters.blocking_connection import ReturnedMessage
from pika.adapters.utils.connection_workflow import AMQPConnectorSocketConnectError
from pika.spec import Basic, BasicProperties

from labs import errors
from labs.errors import BrokerRefused, ConnectionLost, LabsError, Unroutable
from labs.sync.translate import translate, translated

BACK = ReturnedMessage(Basic.Return(exchange="orders", routing_key="order.lost"), BasicProperties(), b"")
BACK_BY_DEFAULT = ReturnedMessage(Basic.Return(exchange="", routing_key="nobody"), BasicProperties(), b"")


@pytest.mark.parametrize(
    ("theirs", "ours", "says"),
    [
        (
            pika_errors.ChannelClosedByBroker(403, "ACCESS_REFUSED - no"),
            errors.AccessRefused,
            "403 ACCESS_REFUSED: no.",
        ),
        (
            pika_errors.ChannelClosedByBroker(404, "NOT_FOUND - no queue 'q'"),
            errors.NotFound,
            "404 NOT_FOUND: no queue",
        ),
        (pika_errors.ChannelClosedByBroker(405, "RESOURCE_LOCKED - q"), errors.ResourceLocked, "405"),
        (pika_errors.ChannelClosedByBroker(406, "PRECONDITION_FAILED - q"), errors.PreconditionFailed, "406"),
        (
            pika_errors.ConnectionClosedByBroker(320, "CONNECTION_FORCED - by admin"),
            ConnectionLost,
            "by admin",
        ),
        (pika_errors.ConnectionClosedByBroker(541, "INTERNAL_ERROR"), BrokerRefused, "541 INTERNAL_ERROR."),
        (pika_errors.ConnectionBlockedTimeout(), errors.PublisherBlocked, "memory or disk"),
        (pika_errors.NackError([]), errors.Nacked, "basic.nack"),
        (pika_errors.UnroutableError([BACK]), Unroutable, "order.lost"),
        (
            pika_errors.UnroutableError([BACK_BY_DEFAULT]),
            Unroutable,
            "default exchange knows no queue named 'nobody'",
        ),
        (pika_errors.AMQPHeartbeatTimeout(), ConnectionLost, "heartbeat"),
        (pika_errors.StreamLostError("Stream connection lost: gone"), ConnectionLost, "gone"),
        (pika_errors.IncompatibleProtocolError("x"), errors.BrokerUnavailable, "does not speak AMQP"),
        (pika_errors.ProbableAuthenticationError("closed"), errors.AccessRefused, "user, password"),
        (pika_errors.ShortStringTooLong(b"x"), errors.InvalidValue, "255 bytes"),
        (pika_errors.UnsupportedAMQPFieldException([], 1.5), errors.InvalidValue, "pika cannot send"),
        (pika_errors.NoFreeChannels(), ConnectionLost, "NoFreeChannels"),
        (pika_errors.DuplicateConsumerTag("tag"), LabsError, "tag"),
        (ConnectionResetError(104, "Connection reset by peer"), ConnectionLost, "Connection reset by peer"),
    ],
)
def test_an_exception_of_pika_becomes_a_sentence(
    theirs: BaseException, ours: type[LabsError], says: str
) -> None:
    """Of the right type, in the broker's terms, and the original is kept."""
    with pytest.raises(LabsError) as seen, translated():
        raise theirs
    assert type(seen.value) is ours
    assert says in str(seen.value)
    assert str(seen.value).endswith(".")
    assert seen.value.__cause__ is theirs


def test_an_error_of_ours_passes_untouched() -> None:
    """Translating twice must not wrap twice."""
    mine = errors.NotFound("No queue.")
    with pytest.raises(errors.NotFound) as seen, translated():
        raise mine
    assert seen.value is mine


def test_the_words_of_the_operating_system_are_found_inside_the_wrappings() -> None:
    """Pika puts exceptions into exceptions."""
    inner = AMQPConnectorSocketConnectError(ConnectionRefusedError(111, "Connection refused"))
    assert "Connection refused" in str(translate(pika_errors.AMQPConnectionError(inner)))


@pytest.mark.parametrize(
    ("reason", "ours", "says"),
    [
        (pika_errors.ChannelClosedByBroker(406, "PRECONDITION_FAILED - unknown delivery tag 1"),
         errors.PreconditionFailed, "This channel was closed earlier. The broker answered 406"),
        (pika_errors.StreamLostError("gone"), ConnectionLost, "broke: gone"),
        (pika_errors.ChannelClosedByClient(0, "bye"), ConnectionLost, "by this program"),
        (None, ConnectionLost, "by this program"),
    ],
)  # fmt: skip
def test_a_closed_channel_says_why_it_is_closed(reason: Any, ours: type[LabsError], says: str) -> None:
    """Pika's own text is only "Channel is closed"."""
    channel: Any = SimpleNamespace(_closing_reason=reason)
    with pytest.raises(ours, match=says), translated(channel):
        raise pika_errors.ChannelWrongStateError("Channel is closed.")


def test_the_words_of_the_broker_are_taken_out_of_a_failed_handshake() -> None:
    """A missing vhost is 530 NOT_ALLOWED, which is a thing not found."""
    hidden = "ConnectionClosedByBroker: (530) 'NOT_ALLOWED - vhost nope not found'"
    error = translate(pika_errors.ProbableAccessDeniedError(hidden))
    assert isinstance(error, errors.NotFound)
    assert error.reply_code == 530
    assert "vhost nope not found" in str(error)
