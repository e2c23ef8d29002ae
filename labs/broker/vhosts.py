"""Virtual hosts: a broker inside the broker, and the unit in which the course cleans up.

Exchanges, queues and permissions live in a vhost and nowhere else: deleting it forgets a lesson completely.
The rule: one lesson, one test, one learner: one vhost. Nothing they do can meet.
See https://www.rabbitmq.com/docs/vhosts.
"""

from __future__ import annotations

import time
from http import HTTPStatus

from labs.broker.management import Management
from labs.errors import BrokerRefused, NotFound

#: How often a vhost is created again that did not come up, and after which pause in seconds.
TRIES, PAUSE_S = 5, 0.3


def clean_vhost(management: Management, name: str) -> None:
    """Make vhost `name` as if it had never been used: deleted with all its content, and created again.

    Connections that were open in it are closed by the broker. A broker may still be deleting the old vhost's files
    when it makes the new one's, and answer 500: then both are done again.
    """
    for left in reversed(range(TRIES)):
        drop_vhost(management, name)
        try:
            management.put_vhost(name)
        except BrokerRefused as refused:
            if refused.reply_code < HTTPStatus.INTERNAL_SERVER_ERROR or not left:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def drop_vhost(management: Management, name: str) -> None:
    """Delete the vhost, or do nothing when there is none, so that it is safe to run twice."""
    try:
        management.delete_vhost(name)
    except NotFound:
        return
