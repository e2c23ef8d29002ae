"""A token bucket for each address: a few requests at once are fine, a flood is not.

A bucket holds up to `burst` tokens and fills at `per_s` tokens a second. A request takes one; who finds the
bucket empty is told when to come back. So the average is bounded, and a person who clicks twice is not punished.
https://www.rfc-editor.org/rfc/rfc6585#section-4

Memory is bounded too: at most `addresses` buckets are kept, and the one unused for longest goes first. A full
bucket says nothing that a new one would not say. Runs on the event loop only, so it needs no lock.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Network

from starlette.requests import Request

from labs.orders.web.refusal import Refusal

#: One customer's network in IPv6, in bits: whoever has one address there has all of them.
IPV6_BITS = 64


class RateLimit:
    """Lets each address do `per_s` requests a second in the long run; 0 lets everybody do everything."""

    def __init__(
        self,
        *,
        per_s: float,
        burst: int,
        addresses: int = 10_000,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s, self._burst, self._addresses, self._now_s = per_s, burst, addresses, now_s
        #: Address → its tokens, and when it had them; the address that was seen last is at the end.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def require(self, request: Request) -> None:
        """Refuse with 429 and `Retry-After`, in whole seconds, when this client's bucket is empty."""
        if not self._per_s:
            return
        wait_s = self.take(request.client.host if request.client else "")
        if wait_s > 0:
            seconds = math.ceil(wait_s)
            unit = "second" if seconds == 1 else "seconds"
            raise Refusal(
                429,
                f"That was too much at once. Please try again in {seconds} {unit}.",
                headers={"Retry-After": str(seconds)},
            )

    def take(self, address: str) -> float:
        """Take a token for `address`: 0 when there was one, else in how many seconds there will be one."""
        now_s, place = self._now_s(), _place(address)
        tokens, seen_s = self._buckets.get(place, (float(self._burst), now_s))
        tokens = min(float(self._burst), tokens + (now_s - seen_s) * self._per_s)
        granted = tokens >= 1
        self._buckets[place] = (tokens - 1 if granted else tokens, now_s)
        self._buckets.move_to_end(place)
        if len(self._buckets) > self._addresses:
            self._buckets.popitem(last=False)
        return 0.0 if granted else (1 - tokens) / self._per_s

    def __len__(self) -> int:
        return len(self._buckets)


def _place(address: str) -> str:
    """Whose bucket it is: the address itself, or in IPv6 the network that it is in."""
    if ":" not in address:
        return address
    return str(IPv6Network((address.partition("%")[0], IPV6_BITS), strict=False))
