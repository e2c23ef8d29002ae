"""When a shop on trial has come to rest, and what its books say then.

The rule: at rest is what stays so when everybody has gone. A look at a running shop misses what a reader holds in
its hands; so at the end the shop is closed, and what is left in queues and outbox is counted, exactly. If there is
something, the shop opens again and goes on.
"""

from __future__ import annotations

import time

from labs.course.chaos.audit import Audit
from labs.course.trial.shop import LOOK_S, TrialShop
from labs.errors import LabsError, WaitTimeout

#: How long a shop may take to come to rest, and how long nothing may change when a promise stays broken, in seconds.
REST_S, STILL_S = 60.0, 1.0
#: How often a shop may open again.
ROUNDS = 8


def at_rest(shop: TrialShop) -> Audit:
    """Wait until nothing is left and all is well, or nothing changes any more. Raises `WaitTimeout` after a minute."""
    deadline, since, left = time.monotonic() + REST_S, time.monotonic(), 0
    before: Audit | None = None
    while time.monotonic() < deadline:
        try:
            now, left = shop.look()
        except (LabsError, OSError):  # the broker is on its way back
            time.sleep(LOOK_S)
            continue
        if left or now != before:
            since, before = time.monotonic(), now
        if not left and (now.whole or time.monotonic() - since > STILL_S):
            return now
        time.sleep(LOOK_S)
    raise WaitTimeout(awaited="a shop at rest", seen=f"{left} messages on their way")


def last_word(shop: TrialShop) -> Audit:
    """What a shop at rest says when it has closed, and nothing is left anywhere. Raises `WaitTimeout`."""
    for _ in range(ROUNDS):
        shop.close()
        now, left = shop.look()
        if not left:
            return now
        shop.open()
        at_rest(shop)
    raise WaitTimeout(awaited="a shop with nothing left to do", seen=f"{left} messages on their way")
