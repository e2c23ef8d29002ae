"""How long the dashboard waits for its news: orders placed one after the other, each until its notification.

From the POST to the row that the dashboard's toast is made of; the browser's own part is not in it.
"""

from __future__ import annotations

import time
from typing import Any

from labs.orders.running import OrderSystem


def toasts(shop: OrderSystem, form: dict[str, Any], n: int) -> list[float]:
    """The seconds from POST to notification of `n` orders; the next is placed when the one before has arrived."""
    seconds = []
    for _ in range(n):
        began = time.monotonic()
        shop.wait_for_notification(shop.place(form)["id"])
        seconds.append(time.monotonic() - began)
    return seconds
