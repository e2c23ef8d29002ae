"""What a relay publishes with, and which answers are about the event itself."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from labs.errors import Nacked, Unroutable
from labs.message import Message

#: What the broker says about one event; anything else is about the line, or the exchange.
REFUSALS = (Unroutable, Nacked)


class Window(Protocol):
    """A `ConfirmWindow`, or whatever a test has in its place."""

    def publish(self, message: Message, key: str) -> Future[None]:
        """Send it; the future ends when the broker has answered."""
