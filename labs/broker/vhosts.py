"""Virtual hosts: a broker inside the broker, and the unit in which the course cleans up.

Exchanges, queues and permissions live in a vhost and nowhere else: deleting it forgets a lesson completely.
The rule: one lesson, one test, one learner: one vhost. Nothing they do can meet.
See https://www.rabbitmq.com/docs/vhosts.
"""

from __future__ import annotations

from labs.broker.management import Management
from labs.errors import NotFound


def clean_vhost(management: Management, name: str) -> None:
    """Make vhost `name` as if it had never been used: deleted with all its content, and created again.

    Connections that were open in it are closed by the broker.
    """
    drop_vhost(management, name)
    management.put_vhost(name)


def drop_vhost(management: Management, name: str) -> None:
    """Delete the vhost, or do nothing when there is none, so that it is safe to run twice."""
    try:
        management.delete_vhost(name)
    except NotFound:
        return
