"""Plain calls to the management API: method and path, JSON in and out, readable errors.

`Management` builds its named calls on these; a lesson that wants any other call uses them directly.
The rule: names in a path are quoted with `quoted()`; the default vhost `/` is `%2F`, not a separator.
All calls: https://www.rabbitmq.com/docs/http-api-reference.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from labs.broker.address import Broker
from labs.broker.answers import nobody, quoted, refusal, too_late
from labs.errors import BrokerRefused

#: Longest wait for one answer, in seconds.
TIMEOUT_S = 10.0
#: How long a broker that stumbled gets before it is asked again, in seconds.
AGAIN_S = 0.2
__all__ = ["Api", "quoted"]


class Api:
    """A client of one broker's management API; close it, or use it in a `with` block.

    Every call raises BrokerUnavailable when nobody answers, and BrokerRefused (AccessRefused for 401 and 403,
    NotFound for 404) when the broker says no. It may be used from several threads.
    """

    def __init__(self, broker: Broker, *, timeout_s: float = TIMEOUT_S) -> None:
        self.broker = broker
        self._client = httpx.Client(
            base_url=f"{broker.management_url}/api",
            auth=(broker.user, broker.password),
            timeout=timeout_s,
            trust_env=False,  # a company's HTTP proxy has no business between us and 127.0.0.1
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.broker.management_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back. Safe to call twice."""
        self._client.close()

    def get(self, path: str, **query: str) -> Any:
        """GET `path` (below `/api`) and return its JSON. A 500 is asked again, once.

        A list that is made while another vhost is being deleted may stumble over what has just gone.
        """
        try:
            return self._ask("GET", path, params=query).json()
        except BrokerRefused as stumbled:
            if stumbled.reply_code != HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            time.sleep(AGAIN_S)
            return self._ask("GET", path, params=query).json()

    def put(self, path: str, json: Any) -> None:
        """PUT `json` at `path`: create or replace."""
        self._ask("PUT", path, json=json)

    def post(self, path: str, json: Any) -> Any:
        """POST `json` to `path` and return the answer's JSON, or None when it is empty."""
        answer = self._ask("POST", path, json=json)
        return answer.json() if answer.content else None

    def delete(self, path: str, *, reason: str = "") -> None:
        """DELETE what is at `path`; `reason` is told to whoever loses by it."""
        self._ask("DELETE", path, headers={"X-Reason": reason} if reason else None)

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        where = self.broker.management_url
        try:
            answer = self._client.request(method, path, **request)
        except httpx.TimeoutException as error:
            raise too_late(where, method, path) from error
        except httpx.HTTPError as error:
            raise nobody(where) from error
        if answer.is_error:
            raise refusal(method, path, answer.status_code, answer.reason_phrase, answer.content)
        return answer
