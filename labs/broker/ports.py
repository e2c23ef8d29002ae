"""The six ports of a private node, and how to choose them without stepping on anybody.

The guide's ports (5672 and 15672) are taken when they are free; else the pair moves on: 5673 and 15673.
The rule: ask *before* the start, because a node finds a taken port only after ten seconds of starting.
A claim (a locked file, freed by the system when its owner dies) keeps two nodes that start at once apart.
What each port is for: https://www.rabbitmq.com/docs/networking#ports.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from labs.broker.lock import try_lock
from labs.errors import BrokerUnavailable

#: Everything the course opens is on this address, so that nobody else on the network can reach it.
LOOPBACK = "127.0.0.1"
#: How many neighbours of a taken port are tried.
TRIES = 100
#: Ports that move on together, so that a person can guess one from the other.
_GROUPS = (("amqp", "management"), ("stream",), ("prometheus",), ("dist",), ("epmd",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a node listens on. `dist` is for talk between nodes, `epmd` for Erlang's name server."""

    amqp: int = 5672
    management: int = 15672
    stream: int = 5552
    prometheus: int = 15692
    dist: int = 25672
    #: Not Erlang's own 4369: our name server is ours alone.
    epmd: int = 4370

    def values(self) -> tuple[int, ...]:
        """All six numbers; the first five are the node's own, the last is its name server's."""
        return tuple(asdict(self).values())


def is_free(port: int) -> bool:
    """Whether nobody listens on the port, be it on loopback or on all interfaces."""
    with socket.socket() as client:
        client.settimeout(0.5)
        if client.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket() as server:
        if os.name == "posix":  # else a connection that was closed a moment ago would count as a listener
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def wait_until_free(ports: Iterable[int], *, within_s: float = 3.0) -> bool:
    """Whether all `ports` are free `within_s`: the system takes a moment to close what an ended node held."""
    deadline = time.monotonic() + within_s
    while not all(is_free(port) for port in ports):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def claimed(previous: Ports | None = None) -> Iterator[Ports]:
    """Free ports, claimed until the `with` block ends: by then the node itself holds them.

    Each of the `previous` ports is kept if it is free, so that addresses stay the same over a restart.
    Raises BrokerUnavailable when a hundred neighbours are all taken.
    """
    with ExitStack() as claims:
        chosen = Ports()
        for names in _GROUPS:
            chosen = _choose(previous or chosen, chosen, names, claims)
        yield chosen


@contextmanager
def reserved(ports: Ports | None) -> Iterator[None]:
    """While a node is away, keep its ports from other nodes of ours that start; end it as the node starts again."""
    with ExitStack() as claims:
        for port in ports.values() if ports else ():
            claims.enter_context(try_lock(_claim(port)))
        yield


def _choose(previous: Ports, base: Ports, names: tuple[str, ...], claims: ExitStack) -> Ports:
    """`base` with free ports for `names`: the previous ones, or else the next free ones from the default."""
    defaults = {name: int(getattr(base, name)) for name in names}
    tries = [{name: port + step for name, port in defaults.items()} for step in range(TRIES)]
    for ports in ({name: int(getattr(previous, name)) for name in names}, *tries):
        with ExitStack() as attempt:
            if all(_take(port, attempt) for port in ports.values()):
                claims.push(attempt.pop_all())
                return replace(base, **ports)
    numbers = " and ".join(str(port) for port in defaults.values())
    raise BrokerUnavailable(f"No free port: {numbers} and {TRIES} neighbours are all taken.")


def _take(port: int, claims: ExitStack) -> bool:
    """Claim the port if it is free and nobody else has claimed it."""
    return claims.enter_context(try_lock(_claim(port))) and is_free(port)


def _claim(port: int) -> Path:
    """The file whose lock is the claim."""
    owner = str(os.getuid()) if os.name == "posix" else "me"
    folder = Path(tempfile.gettempdir()) / f"rabbitmq-labs-ports-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / str(port)
