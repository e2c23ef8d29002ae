"""Is the broker ready? Asked of the broker, never of the clock.

Two questions in under 5 ms: does the port speak AMQP, and does the management API say that it is *this* node?
The rule: an open port proves nothing; another broker may be listening there.
The handshake is the first page of https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf (section 4.2.2).
"""

from __future__ import annotations

import socket

import httpx

from labs.broker.address import Broker

#: What a client says first: the protocol's name and version 0-9-1.
AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
#: Class 10, method 10: `connection.start`, the broker's answer to a header that it accepts.
CONNECTION_START = b"\x00\x0a\x00\x0a"
#: A frame begins with its type (1 byte), channel (2) and size (4); class and method follow.
_FRAME_HEADER = 7


def speaks_amqp(host: str, port: int, *, within_s: float = 2.0) -> bool:
    """Whether a broker answers the AMQP handshake on the port."""
    try:
        with socket.create_connection((host, port), within_s) as connection:
            connection.settimeout(within_s)
            connection.sendall(AMQP_HEADER)
            answer = b""
            wanted = _FRAME_HEADER + len(CONNECTION_START)
            while len(answer) < wanted and (part := connection.recv(wanted - len(answer))):
                answer += part
    except OSError:
        return False
    return answer[_FRAME_HEADER:] == CONNECTION_START


def node_name(broker: Broker, *, within_s: float = 2.0) -> str | None:
    """The Erlang name of the node behind the management API, or None when nobody answers or lets us in."""
    try:
        answer = httpx.get(
            f"{broker.management_url}/api/overview",
            auth=(broker.user, broker.password),
            timeout=within_s,
            trust_env=False,  # a company's HTTP proxy has no business between us and 127.0.0.1
        )
        return str(answer.raise_for_status().json()["node"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def is_ready(broker: Broker, *, within_s: float = 2.0) -> bool:
    """Whether the AMQP port answers and the management API names `broker.node` (or any, if that is None)."""
    if not speaks_amqp(broker.host, broker.port, within_s=within_s):
        return False
    name = node_name(broker, within_s=within_s)
    return name is not None and broker.node in (None, name)
