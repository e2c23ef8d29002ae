"""The management API through the standard library: what `labs.broker.management` does, for a program that asks often.

httpx takes a quarter of a second to import and a millisecond for each call; that is nothing for a lesson and much
for a program that starts beside every kernel and looks five times a second. The rule: the same errors, the same
words. One thread only: it keeps one connection open. https://www.rabbitmq.com/docs/management#http-api
"""

from __future__ import annotations

import http.client
from base64 import b64encode
from json import dumps, loads
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from labs.broker.address import Broker
from labs.broker.answers import nobody, quoted, refusal, too_late

__all__ = ["Api", "Door", "Row", "quoted"]

Row = dict[str, Any]

_ERROR = 400
#: What a connection that was left open may say when it is used again.
_STALE = (http.client.BadStatusLine, http.client.CannotSendRequest, ConnectionError)


class Api(Protocol):
    """What we need of the management API: a `Door`, or the course's own client."""

    def get(self, path: str, **query: str) -> Any:
        """Ask; the answer is JSON."""

    def put(self, path: str, json: Any) -> None:
        """Create or replace."""


class Door:
    """One broker's management API. Raises `BrokerUnavailable` and `BrokerRefused` as `labs.broker.api` does."""

    def __init__(self, broker: Broker, *, timeout_s: float) -> None:
        parts = urlsplit(broker.management_url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._line = kind(parts.hostname or "127.0.0.1", parts.port, timeout=timeout_s)
        self._where, self._path = broker.management_url, parts.path.rstrip("/") + "/api"
        who = b64encode(f"{broker.user}:{broker.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {who}", "Content-Type": "application/json"}

    def get(self, path: str, **query: str) -> Any:
        """GET `path` (below `/api`) and return its JSON."""
        return loads(self._ask("GET", path + (f"?{urlencode(query)}" if query else "")))

    def put(self, path: str, json: Any) -> None:
        """PUT `json` at `path`."""
        self._ask("PUT", path, dumps(json))

    def close(self) -> None:
        """Hang up; the next call would connect again."""
        self._line.close()

    def _ask(self, method: str, path: str, body: str | None = None) -> bytes:
        try:
            status, reason, said = self._once_more(method, path, body)
        except TimeoutError as error:
            self.close()
            raise too_late(self._where, method, path) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise nobody(self._where) from error
        if status >= _ERROR:
            raise refusal(method, path, status, reason, said)
        return said

    def _once_more(self, method: str, path: str, body: str | None) -> tuple[int, str, bytes]:
        """Ask; and again on a new connection when the old one had been closed meanwhile."""
        try:
            return self._once(method, path, body)
        except _STALE:
            self.close()
            return self._once(method, path, body)

    def _once(self, method: str, path: str, body: str | None) -> tuple[int, str, bytes]:
        self._line.request(method, self._path + path, body, self._headers)
        answer = self._line.getresponse()
        return answer.status, answer.reason, answer.read()
