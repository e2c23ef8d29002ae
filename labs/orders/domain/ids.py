"""Names for messages, as a value that is passed in.

Every event gets one id when its order is stored, and keeps it for life: in the outbox, in the
AMQP `message_id`, in the consumer's inbox. That is how a consumer knows a duplicate when it sees one.
An id made at the moment of *publishing* would be useless for that: the second attempt would carry a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

#: Anything that returns a string never returned before.
NewId = Callable[[], str]


def random_id() -> str:
    """A random UUID: two of them never meet, even when they come from two machines."""
    return str(uuid4())
