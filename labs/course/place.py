"""Where a lesson takes place: one virtual host on a running broker, and the connections into it."""

from __future__ import annotations

import atexit
from pathlib import Path

import pika

from labs import paths
from labs.broker.address import Broker
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.course.keeper import ConnectionKeeper, LiveChannel
from labs.course.progress import Progress
from labs.sync.connection import Connection, connect


class Place:
    """A virtual host of its own for the lesson `name`, and the record of what the learner did in it."""

    def __init__(self, name: str, *, broker: Broker, vhost: str, progress: Progress) -> None:
        self.name, self.broker, self.vhost, self.progress = name, broker, vhost, progress
        self.management = Management(broker)
        self._keepers: list[ConnectionKeeper] = []
        self._spare: PrivateNode | None = None

    @property
    def parameters(self) -> pika.ConnectionParameters:
        """Where this lesson takes place, for `pika.BlockingConnection(lesson.parameters)`."""
        return self.broker.parameters(self.vhost)

    @property
    def url(self) -> str:
        """The same as an AMQP URL. It holds the password: do not print it."""
        return self.broker.url(self.vhost)

    @property
    def folder(self) -> Path:
        """A folder for files of this lesson, such as a database; emptied when the lesson is opened or closed."""
        folder = paths.home() / "lessons" / self.vhost
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def connect(self) -> Connection:
        """A connection of the lab module `labs.sync`; use it in a `with` block."""
        return connect(self.url, name=f"lesson {self.name}")

    def channel(self) -> LiveChannel:
        """A channel that stays open between cells, because a thread of its own answers the heartbeats."""
        keeper = ConnectionKeeper(self.parameters)
        self._keepers.append(keeper)
        return keeper.channel()

    def spare_broker(self) -> PrivateNode:
        """A second private broker that this lesson may restart or kill. Started at the first call (about 10 s).

        Raises BrokerUnavailable where RabbitMQ is not installed beside the notebook.
        """
        if self._spare is None:
            self._spare = PrivateNode(paths.home() / "spare" / self.vhost, name="spare")
            atexit.register(self._spare.kill)  # unlike the course's own broker, it ends with this kernel
        self._spare.start()
        return self._spare

    def _close_connections(self) -> None:
        """Give back what this kernel holds, so that the lesson can start again."""
        while self._keepers:
            self._keepers.pop().close()
