"""A private RabbitMQ node: started here, used here, ended here, and a stranger to every other broker.

It has a name, data, cookie, log, plugins, ports and name server of its own, below one folder, on loopback.
The rule: what a node is, its folder says; two `PrivateNode` values of one folder are the same node.
It is a process that outlives the kernel which started it: `stop()` it, or let the next kernel find it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from functools import partial
from pathlib import Path

from labs.broker import epmd, process
from labs.broker.address import Broker
from labs.broker.find import Installation, best_installation
from labs.broker.lock import locked
from labs.broker.ports import Ports, reserved, wait_until_free
from labs.broker.ready import is_ready
from labs.broker.starting import START_TIMEOUT_S, Progress, bring_up, came_up, check_path
from labs.broker.state import State
from labs.errors import BrokerUnavailable

#: What the lessons use; a plugin that the installation lacks is left out.
DEFAULT_PLUGINS = tuple(
    f"rabbitmq_{name}"
    for name in ("event_exchange", "management", "prometheus", "shovel", "stream", "tracing")
)
#: 3.10 takes 6 s to end, RabbitMQ 4 one second.
STOP_TIMEOUT_S = 30.0
#: Whoever holds the lock starts a node, or stops one and starts it again.
LOCK_TIMEOUT_S = START_TIMEOUT_S + STOP_TIMEOUT_S


class PrivateNode:
    """The node of one folder. Making the value costs nothing; `start()` makes the node.

    `home` is the node's own folder (made when needed), `name` the readable part of its Erlang name.
    """

    def __init__(
        self,
        home: Path,
        *,
        name: str = "labs",
        installation: Installation | None = None,
        plugins: tuple[str, ...] = DEFAULT_PLUGINS,
        user: str = "admin",
        password: str = "admin123",
    ) -> None:
        self.home = Path(home).expanduser().resolve()
        # The folder is part of the name: two checkouts never have nodes of the same name.
        place = hashlib.sha256(str(self.home).encode()).hexdigest()[:8]
        self.node = f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)}-{place}@localhost"
        self._installation = installation
        self._plugins, self._user, self._password = plugins, user, password
        busy = "starting or stopping this broker"
        self._locked = partial(locked, self.home / "lock", within_s=LOCK_TIMEOUT_S, why=busy)

    def __repr__(self) -> str:
        return f"PrivateNode({self.node})"

    @property
    def installation(self) -> Installation:
        """The RabbitMQ that was chosen for this node, or the first one found. Raises BrokerUnavailable."""
        return self._installation or best_installation()

    @property
    def state(self) -> State | None:
        """What the last start wrote down; None when there was none, or it was another folder's node."""
        state = State.load(self.home / "node.json")
        return state if state is not None and state.node == self.node else None

    @property
    def ports(self) -> Ports | None:
        """The ports of the last start, whether the node runs or not."""
        return state.ports if (state := self.state) else None

    @property
    def broker(self) -> Broker:
        """The node's address. Raises BrokerUnavailable when it has never been started."""
        if (state := self.state) is None:
            raise BrokerUnavailable("This private broker has never been started.")
        return state.broker

    def alive(self) -> bool:
        """Whether the node's process exists; it may still be starting."""
        return (state := self.state) is not None and process.is_node(state.pid, self.node)

    def running(self) -> bool:
        """Whether the node is alive *and* answers as itself."""
        return self.alive() and is_ready(self.broker)

    def start(self, *, progress: Progress | None = None) -> Broker:
        """Start the node, or find it running, and return its address once it answers.

        Raises BrokerUnavailable with one sentence when no RabbitMQ is found or the node does not come up.
        """
        check_path(self.home)
        with self._locked(progress=progress):
            state = self.state or State(node=self.node, user=self._user, password=self._password)
            if not (self.alive() and came_up(state, self.home, progress=progress)):
                bring_up(self.home, state, self.installation, self._plugins, progress=progress)
            return self.broker

    def stop(self) -> None:
        """End the node in good order, and its name server. Its data stay. Safe to call when nothing runs."""
        if (state := self.state) is None:
            return
        with self._locked():
            if not _end(state, within_s=STOP_TIMEOUT_S):
                self.kill()
            epmd.end(state.ports.epmd, of=self.node)

    def kill(self) -> None:
        """`kill -9`, the power cut: durable queues keep their confirmed persistent messages, no more."""
        if (state := self.state) is not None:
            _end(state, kill=True, within_s=10.0)

    def restart(self, *, progress: Progress | None = None) -> Broker:
        """Stop and start on the same ports, data kept, so that an address in a learner's hand stays true."""
        with reserved(self.ports):
            self.stop()
        return self.start(progress=progress)

    def reset(self) -> None:
        """Stop the node and delete all it has: data, log, cookie, ports. The next start is its first."""
        self.stop()
        if self.home.is_dir():
            shutil.rmtree(self.home)

    def log_tail(self, lines: int = 40) -> str:
        """The end of the broker's log, or of its output when it came to no log."""
        for name in ("broker.log", "output.log"):
            path = self.home / "log" / name
            if path.is_file() and (text := path.read_text(encoding="utf-8", errors="replace").strip()):
                return "\n".join(text.splitlines()[-lines:])
        return ""


def _end(state: State, *, kill: bool = False, within_s: float) -> bool:
    """End the node's process, if it is one, and wait until the system has closed what it held open."""
    if not process.is_node(state.pid, state.node):
        return True
    ended = process.end(state.pid, state.node, kill=kill, within_s=within_s)
    return ended and wait_until_free(state.ports.values()[:-1])
