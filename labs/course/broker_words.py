"""What the broker's refusals mean, and what to do: the words for checks and for failing cells."""

from __future__ import annotations

import pika.exceptions

from labs.errors import LabsError

#: Reply codes of AMQP 0-9-1 (https://www.rabbitmq.com/amqp-0-9-1-reference) that learners meet.
ADVICE = {
    311: "The message is larger than the broker accepts.",
    320: "Somebody closed this connection on purpose: the management UI, an operator, or the broker going down.",
    403: "Names that begin with `amq.` belong to the broker; or this user may not do this here.",
    404: "It is not there. Look at the spelling and at the virtual host; declare it before you use it.",
    405: "Another connection holds this queue for itself (exclusive), or one consumer has it exclusively.",
    406: (
        "For a declaration: it exists already with other properties, and these are fixed at birth; "
        "use the same ones, another name, or delete it first. "
        "For an ack: that delivery tag is unknown on this channel; was it acked before, or is the channel another one?"
    ),
    503: "The broker does not know such a thing. Exchange types are direct, fanout, topic and headers.",
    504: "This channel was closed earlier. Open a new one.",
    530: "The virtual host is missing, or a limit is reached. After lesson.close(), run the setup cell again.",
    540: "This broker does not know that operation for this type of queue.",
    541: "The broker refused the operation with an internal error; its log says why: `python -m labs broker logs`.",
}

#: The way back when the broker is gone, the same wherever it is said.
WAY_BACK = (
    "Run the setup cell of this notebook again: it finds the broker or starts it. "
    "Then choose Run > Run All Above Selected Cell."
)


def broker_is_gone(error: BaseException) -> bool:
    """Whether the error means that the connection, not just a channel, is lost."""
    if isinstance(error, pika.exceptions.AMQPChannelError | pika.exceptions.ConnectionWrongStateError):
        return False
    if isinstance(error, LabsError):
        return error.code in {"broker_unavailable", "connection_lost"}
    return isinstance(error, pika.exceptions.AMQPConnectionError)


def in_words(error: BaseException) -> tuple[str, str]:  # noqa: PLR0911 - a table of cases
    """One sentence that says what happened, and one that says what to do about it (may be empty)."""
    code = getattr(error, "reply_code", None)
    if code is not None:
        return f"The broker said {code} {getattr(error, 'reply_text', '')}".rstrip(), ADVICE.get(code, "")
    if isinstance(error, LabsError):
        return str(error), error.hint
    if isinstance(error, pika.exceptions.UnroutableError):
        return (
            "The message was returned: no queue is bound for it.",
            "Bind a queue first, or look at the routing key.",
        )
    if isinstance(error, pika.exceptions.UnsupportedAMQPFieldException):
        return f"pika cannot send {error.args[-1]!r} in a table.", "Use text, a boolean or a whole number."
    if isinstance(error, pika.exceptions.NackError):
        return "The broker refused the message (nack).", "A length limit with reject-publish does this."
    if isinstance(error, pika.exceptions.ChannelWrongStateError | pika.exceptions.ConnectionWrongStateError):
        return "This channel or connection is closed already.", (
            "An earlier error closed it, or a `with` block ended. Open a new one and go on."
        )
    if isinstance(error, pika.exceptions.ProbableAccessDeniedError):
        return "This lesson's virtual host is gone: the lesson was closed.", WAY_BACK
    if isinstance(error, pika.exceptions.AMQPConnectionError):
        return "The connection to the broker is lost.", WAY_BACK
    if isinstance(error, TypeError) and "positional argument" in str(error):
        return f"The call failed: {error}", "Keep the parameters that the starter cell gave to the function."
    return f"{type(error).__name__}: {error}", ""
