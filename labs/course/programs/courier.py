"""A relay made to be killed: the shop's own relay carries one batch, and dies (`kill -9`) after one of its steps.

Only the outbox is special, and only in this: after the step that was named, it ends the process. Its lease is
short, so that nobody waits long for the next relay's turn.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from labs.orders.domain.clock import system_clock
from labs.orders.domain.ids import random_id
from labs.orders.process.relay import Relay
from labs.orders.store.database import Database
from labs.orders.store.outbox import Claim, Outbox
from labs.orders.topology import EVENTS
from labs.sync.window import ConfirmWindow

LEASE_S = 0.5


class Mortal(Outbox):
    """An outbox that ends its process after the step `dies_after`."""

    dies_after = ""

    def claim(self, limit: int) -> Claim:
        """Take rows, as always; that was the step "claim"."""
        claim = super().claim(limit)
        self._done("claim")
        return claim

    def mark_sent(self, token: str, event_ids: Sequence[str] | Mapping[str, datetime]) -> int:
        """Who marks has the broker's confirms: the step "confirm" is done. Then comes the step "mark"."""
        self._done("confirm")
        marked = super().mark_sent(token, event_ids)
        self._done("mark")
        return marked

    def _done(self, step: str) -> None:
        if step == self.dies_after:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Words: address, database, and the step to die of."""
    url, database, dies_after = sys.argv[1:]
    outbox = Mortal(Database(Path(database)), clock=system_clock, new_id=random_id, lease_s=LEASE_S)
    outbox.dies_after = dies_after
    with ConfirmWindow(url, EVENTS.name, size=10, name="relay 1") as window:
        Relay(outbox, batch=10, poll_s=1).carry(window)


if __name__ == "__main__":
    main()
