"""pika's exceptions, in the words of `labs.errors`. Every call of this lane runs inside `translated()`.

The rule: the original is kept (`raise … from`), so nothing is hidden; what changes is that the sentence says
what happened, in the broker's terms, and the type says what you can do about it.
What breaks without it: after the broker has closed a channel, pika's *next* call says only "Channel is
closed". `translated(channel)` remembers why. https://www.rabbitmq.com/docs/channels#error-handling
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pika import exceptions as pika_errors
from pika.adapters.blocking_connection import BlockingChannel

from labs import errors
from labs.refusal import refusal, returned

#: pika's exceptions that need no more than a sentence; the first that fits is taken.
SENTENCES: tuple[tuple[type[BaseException], type[errors.LabsError], str], ...] = (
    (pika_errors.NackError, errors.Nacked,
     "The broker answered basic.nack: it did not store the message."),
    (pika_errors.ConnectionBlockedTimeout, errors.PublisherBlocked,
     "The broker is low on memory or disk, and stopped reading from this connection."),
    (pika_errors.IncompatibleProtocolError, errors.BrokerUnavailable,
     "Something answers at this address, but it does not speak AMQP 0-9-1."),
    (pika_errors.AMQPHeartbeatTimeout, errors.ConnectionLost,
     "No heartbeat was heard in time, so the connection is closed."),
    (pika_errors.AMQPConnectionError, errors.ConnectionLost, "The connection to the broker broke: {why}."),
    (OSError, errors.ConnectionLost, "The connection to the broker broke: {why}."),
    (pika_errors.ShortStringTooLong, errors.InvalidValue, "A name in this call is over 255 bytes long."),
    (pika_errors.UnsupportedAMQPFieldException, errors.InvalidValue,
     "A header or argument has a type that pika cannot send (a float, perhaps: send text or a Decimal)."),
    (pika_errors.AMQPError, errors.LabsError, "pika reports: {why}."),
)  # fmt: skip


@contextmanager
def translated(channel: BlockingChannel | None = None) -> Iterator[None]:
    """Run pika's calls; what they raise becomes a `LabsError`. `channel`: to say why that one is closed."""
    try:
        yield
    except (pika_errors.AMQPError, OSError) as error:
        raise translate(error, channel) from error


def translate(error: BaseException, channel: BlockingChannel | None = None) -> errors.LabsError:
    """The `LabsError` that says what this exception of pika's means."""
    match error:
        case pika_errors.ChannelClosedByBroker() | pika_errors.ConnectionClosedByBroker():
            return refusal(error.reply_code, error.reply_text)
        case pika_errors.ChannelWrongStateError() | pika_errors.ConnectionWrongStateError():
            return _closed_earlier(channel)
        case pika_errors.ProbableAuthenticationError() | pika_errors.ProbableAccessDeniedError():
            return _refused_while_opening(error)
        case pika_errors.UnroutableError():
            back = error.messages[0].method
            return returned(back.exchange or "", back.routing_key or "")
    ours, sentence = next((ours, said) for theirs, ours, said in SENTENCES if isinstance(error, theirs))
    return ours(sentence.format(why=_innermost(error)))


def _closed_earlier(channel: BlockingChannel | None) -> errors.LabsError:
    # pika keeps the reason, but gives it no public name.
    reason = getattr(channel, "_closing_reason", None)
    match reason:
        case pika_errors.ChannelClosedByBroker() | pika_errors.ConnectionClosedByBroker():
            return refusal(reason.reply_code, reason.reply_text, before="This channel was closed earlier. ")
        case pika_errors.StreamLostError() | pika_errors.AMQPHeartbeatTimeout():
            return translate(reason)
    return errors.ConnectionLost("This channel, or its connection, was closed earlier by this program.")


def _refused_while_opening(error: BaseException) -> errors.LabsError:
    # pika puts the broker's answer into the text of another exception; take it out again.
    if found := re.search(r"ConnectionClosedByBroker: \((\d+)\) (['\"])(.*)\2", str(error)):
        return refusal(int(found[1]), found[3])
    return errors.AccessRefused(
        "The broker hung up while we introduced ourselves: wrong user, password or vhost."
    )


def _innermost(error: BaseException) -> str:
    """The operating system's own words, out of pika's wrappings."""
    inside = getattr(error, "exception", error.args[0] if error.args else None)
    if isinstance(inside, BaseException):
        return _innermost(inside)
    return str(error) or type(error).__name__
