"""One HTTP request to somebody outside, with every bound that an outsider makes necessary.

The rule: whoever is at the other end decides neither how long we wait, nor how much we read, nor where we go next.
The time covers everything, from the name's look-up to the last byte (httpx's own time-outs count each step
anew); a long answer is cut; a redirect is an answer like any other. Each call has a connection of its own, so
nothing is left behind in an event loop that has ended. https://www.python-httpx.org/advanced/timeouts/
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from labs.orders.channels.outreach import NotNow

#: How much of an answer is read, in bytes.
MOST_BYTES = 64 * 1024
#: The longest pause that an answer may ask for, in seconds.
MOST_PAUSE_S = 3600.0
#: Who we say that we are.
AGENT = "labs-orders/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the HTTP `status`, the `headers`, and the first bytes of the `body`."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """2xx."""
        return httpx.codes.is_success(self.status)

    @property
    def is_their_trouble(self) -> bool:
        """They are overloaded or broken: it may work later."""
        return self.status >= httpx.codes.INTERNAL_SERVER_ERROR or self.status in (408, 425, 429)

    def json(self) -> dict[str, Any]:
        """The JSON object in the body; an empty one when there is none."""
        try:
            data = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}

    def pause_s(self, now: datetime) -> float:
        """What `Retry-After` asks for, in seconds from `now`; 0 when it asks for nothing (RFC 9110, 10.2.3)."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdecimal():
            return min(float(said[:9]), MOST_PAUSE_S)
        try:
            wanted = (parsedate_to_datetime(said) - now).total_seconds()
        except (ValueError, TypeError):  # no date, or one without a time zone
            return 0.0
        return min(max(wanted, 0.0), MOST_PAUSE_S)


class Caller:
    """Posts to services that are called `who` in our sentences; an answer takes `timeout_s` seconds at most.

    `tls`: whom to trust; the public authorities when it is None.
    """

    def __init__(self, who: str, *, timeout_s: float, tls: ssl.SSLContext | None = None) -> None:
        self._who, self._timeout_s, self._tls = who, timeout_s, tls

    async def post(
        self, url: str | httpx.URL, *, content: bytes, headers: Mapping[str, str], name: str | None = None
    ) -> Answer:
        """The answer, whatever its status. `NotNow` when there is none.

        `name`: whom the certificate must name, when `url` has an address in the name's place.
        """
        request = httpx.Request(
            "POST", url, content=content, headers={"User-Agent": AGENT, **headers},
            extensions={"sni_hostname": name} if name else {},
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._answer(request)
        except TimeoutError as error:
            raise NotNow(f"{self._who} did not answer within {self._timeout_s:g} s.") from error
        except (httpx.TransportError, OSError) as error:
            raise NotNow(f"{self._who} cannot be reached: {str(error) or type(error).__name__}") from error

    async def _answer(self, request: httpx.Request) -> Answer:
        async with httpx.AsyncClient(
            verify=await self._trust(request.url.scheme),
            follow_redirects=False,
            trust_env=False,
            timeout=self._timeout_s,
        ) as client:
            response = await client.send(request, stream=True)
            try:
                body = b""
                # Raw: what is packed stays packed, for a small body can unpack to a very large one.
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) >= MOST_BYTES:
                        break
            finally:
                await response.aclose()
        return Answer(status=response.status_code, headers=response.headers, body=body[:MOST_BYTES])

    async def _trust(self, scheme: str) -> ssl.SSLContext:
        if scheme != "https":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and is asked for nothing
        if self._tls is None:  # some 40 ms of reading certificates: once, and not on the loop
            self._tls = await asyncio.to_thread(httpx.create_ssl_context)
        return self._tls
