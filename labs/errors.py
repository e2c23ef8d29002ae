"""What can go wrong with messaging, as one family of exceptions.

    LabsError
    ├── BrokerUnavailable        no broker answers at this address
    ├── ConnectionLost           there was a connection; it is gone
    ├── BrokerRefused            the broker said no: .reply_code .reply_text
    │   ├── AccessRefused        403  you may not
    │   ├── NotFound             404  no such exchange, queue or vhost
    │   ├── ResourceLocked       405  an exclusive queue of another connection
    │   └── PreconditionFailed   406  it exists, but not the way you said
    ├── PublishFailed            the message was not accepted
    │   ├── Unroutable           no queue wanted it: .exchange .routing_key
    │   ├── Nacked               the broker rejected it (a full queue, a fault inside)
    │   ├── ConfirmTimeout       no answer in time: it may or may not be stored
    │   └── PublisherBlocked     the broker is low on memory or disk and accepts nothing
    ├── InvalidValue             AMQP cannot carry this value
    └── WaitTimeout              something did not happen in time: .awaited .seen

The rule: `str(error)` is one sentence a person can act on, `.hint` the next thing to try, `.lesson` the
notebook that explains it. Catch the branch that you can handle; let the rest rise.
https://www.rabbitmq.com/amqp-0-9-1-reference#constants
"""

from __future__ import annotations

from typing import ClassVar


class LabsError(Exception):
    """Any failure that this package reports. A `hint` given here replaces the class's own."""

    #: A short stable name, for logs and for tests: the class's own, as `not_found`.
    code: ClassVar[str] = "labs_error"
    #: The notebook that explains this failure.
    lesson: ClassVar[str] = "00_start_here"
    hint: str = "Mend what the sentence names, and try again."

    def __init_subclass__(cls) -> None:
        cls.code = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint or type(self).hint


class BrokerUnavailable(LabsError):
    """No broker answers at this address, or none can be obtained on this machine."""

    hint = "Start one with `python -m labs broker start`; `python -m labs doctor` says what is missing."


class ConnectionLost(LabsError):
    """The broker stopped, closed the connection, or heard no heartbeat (rabbitmq.com/docs/heartbeats)."""

    lesson = "01_producers"
    hint = "Open a new connection. Messages you had not acknowledged wait in their queues again."


class BrokerRefused(LabsError):
    """The broker closed the channel or the connection, with AMQP's `reply_code` and words of its own."""

    lesson = "03_queues"
    hint = "The channel is closed now. Open a new one and mend what the broker named."
    reply_code: int = 0

    def __init__(self, message: str, *, reply_code: int = 0, reply_text: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reply_code = reply_code or type(self).reply_code
        self.reply_text = reply_text


class AccessRefused(BrokerRefused):
    """403: this user may not do that, or nobody may (names that begin with `amq.` are reserved)."""

    hint = "Check the user, the password, the vhost's permissions, and that the name is not reserved."
    reply_code = 403


class NotFound(BrokerRefused):
    """404: no exchange, queue or vhost of that name."""

    hint = "Create it first, or look for a spelling mistake: `Orders` and `orders` are two names."
    reply_code = 404


class ResourceLocked(BrokerRefused):
    """405: the queue is exclusive to another connection (rabbitmq.com/docs/queues#exclusive-queues)."""

    hint = "Only the connection that declared an exclusive queue may use it. Use a queue of your own."
    reply_code = 405


class PreconditionFailed(BrokerRefused):
    """406: it exists with other properties, or the request does not fit the state of the channel."""

    hint = "The broker names what does not fit: change that. What exists keeps the properties of its birth."
    reply_code = 406


class PublishFailed(LabsError):
    """The broker did not take responsibility for the message (rabbitmq.com/docs/publishers)."""

    lesson = "01_producers"


class Unroutable(PublishFailed):
    """No binding led to a queue, so the broker handed the message back (`basic.return`)."""

    lesson = "02_exchanges"
    hint = "Bind a queue for this key, or give the exchange an alternate exchange."

    def __init__(self, message: str, *, exchange: str = "", routing_key: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exchange, self.routing_key = exchange, routing_key


class Nacked(PublishFailed):
    """The broker answered `basic.nack`: a full queue that rejects, or a fault inside the broker."""

    lesson = "03_queues"
    hint = "Look for a full queue with overflow=reject-publish; wait, and publish again."


class ConfirmTimeout(PublishFailed):
    """No confirm came in time. The message may be stored: publishing again may make a duplicate."""

    hint = "Publish it again with the same message_id, so that a consumer can drop the duplicate."


class PublisherBlocked(PublishFailed):
    """A memory or disk alarm: the broker stops reading from publishers (rabbitmq.com/docs/alarms)."""

    hint = "Free memory or disk on the broker, or let consumers drain the queues; then connect again."


class InvalidValue(LabsError):
    """AMQP has no way to carry this value, so nothing was sent."""

    lesson = "05_routing_keys"
    hint = "Change the value as the sentence says; nothing reached the broker."


class WaitTimeout(LabsError):
    """A wait ended at its deadline: `awaited` says for what, `seen` what was there instead."""

    hint = "Run the cell again; if it stays so, look at the broker's side with `lesson.show(...)`."

    def __init__(self, message: str = "", *, awaited: str = "", seen: str = "", hint: str = "") -> None:
        super().__init__(message or f"Waited for {awaited}; saw {seen}.", hint=hint)
        self.awaited, self.seen = awaited, seen
