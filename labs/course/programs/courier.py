"""Relays made to be killed: each is the shop's own, takes one event, and dies (`kill -9`) after one of its steps.

Only their outbox is special, and only in this: after the step that was named, it ends the process. Each relay is a
process of its own, forked from this one, which has all that must be imported and never touches the broker.
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

#: The shop's own (`OrderSettings.lease_s`): how long nobody else may have what a dead relay held, in seconds.
LEASE_S = 15.0


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
    """Words: address, database, and for each relay the step to die of. Prints each step and how its relay ended."""
    url, database, *steps = sys.argv[1:]
    for step in steps:
        relay = os.fork()
        if relay == 0:
            carry_one(url, Path(database), step)
            os._exit(0)  # it was not killed; the status tells
        _, status = os.waitpid(relay, 0)
        print(step, os.waitstatus_to_exitcode(status), flush=True)


def carry_one(url: str, database: Path, dies_after: str) -> None:
    """Be a relay: claim one event, publish it, wait for the confirm, mark it."""
    outbox = Mortal(Database(database), clock=system_clock, new_id=random_id, lease_s=LEASE_S)
    outbox.dies_after = dies_after
    with ConfirmWindow(url, EVENTS.name, size=1, name="relay 1") as window:
        Relay(outbox, batch=1, poll_s=1).carry(window)


if __name__ == "__main__":
    main()
