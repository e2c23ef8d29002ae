"""Where a broker is and who we are there: the one value that every connection is made from.

A `Broker` is an address, not a connection: passing it around costs nothing and it never goes stale by itself.
The rule: nobody else builds a URL or spells a port, so every place that shows an address shows the true one.
The URL scheme is https://www.rabbitmq.com/docs/uri-spec and its parameters https://www.rabbitmq.com/docs/uri-query-parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote, urlencode, urlsplit

import pika

Source = Literal["environment", "running", "private", "docker"]

#: Longest wait for the TCP connection, in seconds.
SOCKET_TIMEOUT_S = 5.0
#: Longest wait for TCP, TLS and the AMQP handshake together, in seconds.
STACK_TIMEOUT_S = 10.0
#: Longest wait of a publisher that the broker has blocked (memory or disk alarm), in seconds.
BLOCKED_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker's two doors and the user we go in as.

    `amqp_url` has neither user nor vhost (`amqp://127.0.0.1:5672`); `url()` adds both.
    `source` says how we got this broker, `node` its Erlang name when we know it.
    """

    amqp_url: str
    management_url: str
    user: str
    password: str = field(repr=False)
    source: Source
    node: str | None = None

    @classmethod
    def from_urls(cls, amqp: str, management: str | None = None) -> Broker:
        """Read the address of somebody else's broker, from `LABS_AMQP_URL` and `LABS_MANAGEMENT_URL`.

        User and password are taken from the AMQP URL (`guest` when it has none); a vhost in it is ignored,
        because each lesson has its own. Without `management`, port 15672 of the same host is assumed.
        Raises ValueError when `amqp` is not an AMQP URL.
        """
        parts = urlsplit(amqp)
        if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
            raise ValueError(
                f"{parts.scheme or 'this'}:… is not an AMQP URL; one looks like amqp://user:password@host:5672"
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = parts.port or (5671 if parts.scheme == "amqps" else 5672)
        web = urlsplit(management or f"http://{host}:15672")
        return cls(
            amqp_url=f"{parts.scheme}://{host}:{port}",
            management_url=f"{web.scheme}://{web.netloc.rpartition('@')[2]}{web.path.rstrip('/')}",
            user=unquote(parts.username or "guest"),
            password=unquote(parts.password or "guest"),
            source="environment",
        )

    @property
    def host(self) -> str:
        """The name or address the broker listens on."""
        return urlsplit(self.amqp_url).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        """The broker's AMQP port."""
        return urlsplit(self.amqp_url).port or 5672

    def url(self, vhost: str = "/", **query: str | float) -> str:
        """The whole AMQP URL, password included: for a client, not for a screen.

        The vhost is one path segment, so `/` itself is written `%2F`. `query` becomes the URL's parameters.
        """
        scheme, _, place = self.amqp_url.partition("://")
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        tail = f"?{urlencode(query)}" if query else ""
        return f"{scheme}://{who}@{place}/{quote(vhost, safe='')}{tail}"

    def parameters(self, vhost: str = "/", heartbeat_s: int = 30) -> pika.ConnectionParameters:
        """What `pika.BlockingConnection` wants, with every wait bounded so that no cell can hang.

        `heartbeat_s` is in seconds; pika serves heartbeats only while you are inside one of its calls.
        """
        parameters = pika.URLParameters(self.url(vhost))
        parameters.heartbeat = heartbeat_s
        parameters.socket_timeout = SOCKET_TIMEOUT_S
        parameters.stack_timeout = STACK_TIMEOUT_S
        parameters.blocked_connection_timeout = BLOCKED_TIMEOUT_S
        parameters.connection_attempts = 1
        return parameters
