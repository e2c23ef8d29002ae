"""Where a lesson takes place: one virtual host on a running broker, and the connections into it."""

from __future__ import annotations

import atexit
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

import pika

from labs import paths
from labs.broker.address import Broker
from labs.broker.faults import Proxy, alarms
from labs.broker.guardian import Guardian
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.course.keeper import ConnectionKeeper, LiveChannel
from labs.course.progress import Progress
from labs.errors import LabsError
from labs.sync.connection import Connection, connect


class Stops(Protocol):
    """Something that runs until it is told to stop; safe to be told twice."""

    def stop(self) -> None:
        """End, and return when it is over."""


Guest = TypeVar("Guest", bound=Stops)


class Place:
    """A virtual host of its own for the lesson `name`, and the record of what the learner did in it."""

    def __init__(self, name: str, *, broker: Broker, vhost: str, progress: Progress) -> None:
        self.name, self.broker, self.vhost, self.progress = name, broker, vhost, progress
        self.management = Management(broker)
        self._keepers: list[ConnectionKeeper] = []
        self._proxies: list[Proxy] = []
        self._guests: list[Stops] = []
        self._spare: PrivateNode | None = None
        self._guardian: Guardian | None = None

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

    def proxy(self, broker: Broker | None = None) -> Proxy:
        """A line to the lesson's broker (or to `broker`) that can be cut, stalled and slowed down.

        Connect by it with `proxy.broker.parameters(lesson.vhost)` or `proxy.broker.url(lesson.vhost)`. Use it in
        a `with` block; one that is left open is closed when the lesson is closed or opened again.
        """
        proxy = Proxy(broker or self.broker)
        self._proxies.append(proxy)
        return proxy

    def host(self, guest: Guest) -> Guest:
        """Let something run from cell to cell, such as a shop: the last guest is stopped before this one comes.

        It is stopped when the lesson is closed, or opened again.
        """
        self._end_guests()
        self._guests.append(guest)
        return guest

    def spare_broker(self) -> PrivateNode:
        """A second private broker that this lesson may restart or kill. Started at the first call (about 10 s).

        Unlike the course's own broker, it ends with this kernel, even if the kernel is killed.
        Raises BrokerUnavailable where RabbitMQ is not installed beside the notebook.
        """
        if self._spare is None or self._guardian is None:
            self._spare = PrivateNode(paths.home() / "spare" / self.vhost, name="spare")
            self._guardian = Guardian(self._spare)
            atexit.register(self._spare.kill)  # at once; the guardian would take a second
        self._spare.start()
        return self._spare

    def _take_over(self, before: Place) -> None:
        """The setup cell was run again: the spare broker goes on, as far as it is well."""
        if before.vhost == self.vhost:
            self._spare, self._guardian = before._spare, before._guardian

    def _end_spare(self) -> None:
        """End the spare broker and forget all it has."""
        if self._spare is not None:
            self._spare.kill()  # its data are worth nothing, so no need for the 6 s that 3.10 takes to end well
            self._spare.stop()  # ends its name server
            shutil.rmtree(self._spare.home, ignore_errors=True)
        if self._guardian is not None:
            self._guardian.close()
        self._spare = self._guardian = None

    def _end_guests(self) -> None:
        while self._guests:
            self._guests.pop().stop()

    def _close_connections(self) -> None:
        """Give back what this kernel holds, so that the lesson can start again."""
        self._end_guests()
        while self._keepers:
            self._keepers.pop().close()
        while self._proxies:
            self._proxies.pop().close()
        if self._spare is not None and not _is_well(self._spare):
            self._spare.kill()  # the next call of spare_broker() starts it, with its own limits


def _is_well(node: PrivateNode) -> bool:
    """Whether nothing is left of a fault: it answers, and no alarm stands."""
    with suppress(LabsError):
        return node.running() and not alarms(node)
    return False
