"""What the broker says when it says no: its reply code and words, as one error of ours.

Both lanes tell it with these sentences, so a program may change its client and keep its `except` clauses.
Pure: no client library is known here. https://www.rabbitmq.com/amqp-0-9-1-reference#constants
"""

from __future__ import annotations

from labs import errors

#: AMQP's reply codes that have an error of their own. 530 NOT_ALLOWED is how a missing vhost is told.
REFUSALS: dict[int, type[errors.BrokerRefused]] = {
    403: errors.AccessRefused,
    404: errors.NotFound,
    405: errors.ResourceLocked,
    406: errors.PreconditionFailed,
    530: errors.NotFound,
}
#: Not a refusal: an operator, or the node's shutdown, closed the connection.
CONNECTION_FORCED = 320


def refusal(reply_code: int, reply_text: str, *, before: str = "") -> errors.LabsError:
    """The broker's reply code and words, as one sentence of the right type."""
    name, _, reason = reply_text.rstrip(".").partition(" - ")
    if reply_code == CONNECTION_FORCED:
        return errors.ConnectionLost(f"{before}The broker closed the connection: {reason or name}.")
    sentence = f"{before}The broker answered {reply_code} {name}" + (f": {reason}." if reason else ".")
    ours = REFUSALS.get(reply_code, errors.BrokerRefused)
    return ours(sentence, reply_code=reply_code, reply_text=reply_text)


def returned(exchange: str, key: str) -> errors.Unroutable:
    """What a mandatory message means that came back (`basic.return`)."""
    sentence = (
        f"No binding leads from exchange {exchange!r} to a queue for the key {key!r}: message returned."
    )
    if not exchange:
        sentence = f"The default exchange knows no queue named {key!r}: message returned."
    return errors.Unroutable(sentence, exchange=exchange, routing_key=key)
