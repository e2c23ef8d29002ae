"""What the live view itself has in the broker, so that nobody takes it for a part of the lesson.

While somebody watches a vhost there are a connection and two queues more in it than the lesson made. Whoever
lists connections, consumers or queues for a learner leaves these out.
"""

from __future__ import annotations

#: The name of every connection of ours (its `connection_name`).
CONNECTION = "labs-tap"
#: The beginning of every queue of ours.
QUEUE_PREFIX = "labs.tap."
#: The broker's own exchanges for tracing, logs and events.
BROKERS_OWN = "amq.rabbitmq."


def is_ours(queue: str) -> bool:
    """Whether this queue is the live view's."""
    return queue.startswith(QUEUE_PREFIX)
