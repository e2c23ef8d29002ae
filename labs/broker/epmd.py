"""Erlang's name server, epmd: the small daemon in which a node writes down its name and its port.

Ours listens on a port of its own and on loopback, so that node names never clash with another RabbitMQ's.
The rule: it outlives the node that started it, so whoever stops the node also ends the daemon.
The protocol is four bytes long: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html#epmd-protocol
"""

from __future__ import annotations

import re
import socket
import time

_NAMES, _KILL = b"n", b"k"


def names(port: int) -> tuple[str, ...] | None:
    """The node names that the epmd on `port` knows, or None when no epmd answers there."""
    answer = _ask(port, _NAMES)
    if answer is None or answer[:4] != port.to_bytes(4, "big"):
        return None
    return tuple(re.findall(r"^name (\S+) at port", answer[4:].decode(errors="replace"), re.MULTILINE))


def end(port: int, *, of: str, within_s: float = 3.0) -> bool:
    """End the epmd on `port` if it knows no other node than `of` (a name like `labs@localhost`).

    It refuses while it knows a node, and forgets one a moment after the node's end: so ask until `within_s`.
    Returns whether it is gone; False also when it is somebody else's.
    """
    own = of.partition("@")[0]
    deadline = time.monotonic() + within_s
    while (known := names(port)) is not None:
        if set(known) - {own} or time.monotonic() > deadline:
            return False
        if not known:
            _ask(port, _KILL)
        time.sleep(0.05)
    return True


def _ask(port: int, request: bytes) -> bytes | None:
    """One request and everything that comes back, or None when the connection is refused or says nothing."""
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as connection:
            connection.settimeout(1.0)
            connection.sendall(len(request).to_bytes(2, "big") + request)
            answer = b""
            while part := connection.recv(4096):
                answer += part
            return answer
    except OSError:
        return None
