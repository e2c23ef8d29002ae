"""One call from "no idea" to "a broker that answers": what every notebook, test and command begins with.

The order: the broker you name (`LABS_AMQP_URL`), our private node if it runs, a private node started now
from an installed RabbitMQ, a container from Docker, and otherwise one sentence that says how to get one.
The rule: never touch a broker that this project did not start; one that you name is used, not managed.
Narrow the search with `LABS_RABBITMQ_HOME` (the only installation looked at) and `LABS_DOCKER=0`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from labs import paths
from labs.broker.address import Broker
from labs.broker.docker import Docker
from labs.broker.find import HOW_TO_GET_ONE, find_installations
from labs.broker.node import PrivateNode
from labs.broker.ready import node_name, speaks_amqp
from labs.broker.starting import Progress
from labs.errors import BrokerUnavailable


def main_node(home: Path | None = None) -> PrivateNode:
    """The one private node of the course, in `broker/` below the course's folder; started or not."""
    return PrivateNode((home or paths.home()) / "broker")


def ensure_broker(
    *, home: Path | None = None, start: bool = True, progress: Progress | None = None
) -> Broker:
    """A broker that answers now; with `start=False` only one that runs already.

    `home` is the course's folder (`labs.paths.home()` by default); `progress` hears the seconds waited.
    Raises BrokerUnavailable: one sentence, and in its hint the next thing to do.
    """
    if named := os.environ.get("LABS_AMQP_URL"):
        return _named(named, os.environ.get("LABS_MANAGEMENT_URL"))
    node = main_node(home)
    if node.running():
        return replace(node.broker, source="running")
    if node.alive() or find_installations():
        if start:
            return node.start(progress=progress)
    elif (docker := Docker.of_project()) is not None:
        if (broker := docker.start(progress=progress) if start else docker.running()) is not None:
            return broker
    else:
        raise BrokerUnavailable(
            "No broker here: neither RabbitMQ nor a Docker engine was found.", hint=HOW_TO_GET_ONE
        )
    if node.alive():
        raise BrokerUnavailable("The private broker's process runs, but it does not answer.")
    raise BrokerUnavailable("No broker is running.", hint="Start one: python -m labs broker start")


def _named(amqp: str, management: str | None) -> Broker:
    try:
        broker = Broker.from_urls(amqp, management)
    except ValueError as error:
        raise BrokerUnavailable(f"LABS_AMQP_URL cannot be used: {error}.") from error
    if not speaks_amqp(broker.host, broker.port):
        raise BrokerUnavailable(
            f"No broker answers at {broker.amqp_url}, which LABS_AMQP_URL names.",
            hint="Start that broker, or unset LABS_AMQP_URL to get a private one.",
        )
    if (node := node_name(broker)) is None:
        raise BrokerUnavailable(
            f"{broker.amqp_url} answers, but its management API at {broker.management_url} does not.",
            hint="Check LABS_MANAGEMENT_URL, the user and the password, and that the plugin is enabled: "
            "rabbitmq-plugins enable rabbitmq_management",
        )
    return replace(broker, node=node)
