"""The broker that the stored outputs come from, so that a reader knows what they are true of.

One version and no other: what a notebook shows was really seen, on one broker, and can be seen there again.
This is the one place that compares a version. Lessons ask `labs.broker.capabilities` instead.
"""

from __future__ import annotations

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.errors import LabsError

#: RabbitMQ of Debian 12, the oldest that the course promises to be true on.
REFERENCE = "3.10.8"


def version_of(broker: Broker) -> str:
    """The version that ``broker`` says it has."""
    with Management(broker) as management:
        return str(management.overview()["rabbitmq_version"])


def require_reference(broker: Broker) -> None:
    """Raise LabsError unless ``broker`` is the reference: outputs of two brokers in one course would contradict."""
    if (found := version_of(broker)) != REFERENCE:
        raise LabsError(
            f"Outputs are stored from RabbitMQ {REFERENCE}, and this broker is {found}.",
            hint="Name the reference: make outputs BROKER=3.10, or BROKER= and a folder with a RabbitMQ "
            f"{REFERENCE}, as CONTRIBUTING.md tells.",
        )
