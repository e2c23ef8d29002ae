"""A rush of orders, taken in two ways: a commit for each, and group commit.

Both ways make the same promise: when the answer comes, order and event are on the disk. What differs is how many
share one wait for it. The figures depend on the disk; a ratio within one run says more than either of them.
"""

from __future__ import annotations

import asyncio
import time

from labs.course.small_shop import SmallShop


async def rush(shop: SmallShop, orders: int) -> dict[str, tuple[int, float]]:
    """Take so many orders in each way: the number of commits, and the orders per second."""
    found = {}
    began, commits = time.monotonic(), shop.commits
    for _ in range(orders):  # one after the other, each with a commit of its own
        shop.intake.place(shop.form)
    found["a commit for each"] = shop.commits - commits, orders / (time.monotonic() - began)

    began, commits = time.monotonic(), shop.commits
    await asyncio.gather(*(shop.intake.take_async(shop.form) for _ in range(orders)))
    found["group commit"] = shop.commits - commits, orders / (time.monotonic() - began)
    return found
