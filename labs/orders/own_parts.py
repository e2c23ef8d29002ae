"""Parts of your own: functions that take the place of one of ours, or join them.

    OrderSystem(…, parts={"relay": carry_rows, "warehouse": add_warehouse, "archive": store_once})

The rule: what a part may break is its own. The outbox is claimed and marked by us, a queue more disturbs nobody,
and an archive has a queue and a file to itself. What each function gets and owes is what its exercise checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from labs.errors import LabsError
from labs.orders.domain.own_part import ARCHIVE, OWN_PARTS, RELAY, WAREHOUSE
from labs.orders.domain.tally import Tally
from labs.orders.process.archive import DECLARED, Archive
from labs.orders.process.relay import Relay
from labs.orders.process.row_relay import RowRelay
from labs.orders.process.worker import Work
from labs.orders.settings import OrderSettings
from labs.orders.store.outbox import Outbox
from labs.sync.connection import Connection
from labs.sync.translate import translated
from labs.topology import Topology


class OwnParts:
    """The functions by name. Raises `LabsError` for a name that the shop has no place for."""

    def __init__(self, given: Mapping[str, Callable[..., Any]] | None) -> None:
        self._given = dict(given or {})
        if unknown := sorted(self._given.keys() - OWN_PARTS.keys()):
            raise LabsError(
                f"The shop has no place for {', '.join(unknown)}.",
                hint=f"A part of your own is one of {', '.join(OWN_PARTS)}.",
            )

    def relay(self, outbox: Outbox, settings: OrderSettings, tally: Tally) -> Relay:
        """The relay: yours, or ours."""
        batch, poll_s, form = settings.relay_batch, settings.relay_poll_s, settings.event_form
        if carry_rows := self._given.get(RELAY):
            return RowRelay(outbox, carry_rows, batch=batch, poll_s=poll_s, form=form, tally=tally)
        return Relay(outbox, batch=batch, poll_s=poll_s, form=form, tally=tally)

    @property
    def topology(self) -> Topology:
        """What must be declared for them, before anything is published."""
        return DECLARED if ARCHIVE in self._given else Topology()

    def before(self, work: Work) -> Work:
        """The relay's work, with the warehouse's queue made first: an event that goes earlier is not in it."""
        add_warehouse = self._given.get(WAREHOUSE)
        if add_warehouse is None:
            return work

        def prepared(connection: Connection, stop: Event) -> None:
            with translated():
                channel = connection.raw.channel()
                add_warehouse(channel)
                if channel.is_open:
                    channel.close()
            work(connection, stop)

        return prepared

    def archive(self, home: Path) -> Archive | None:
        """The archive in the folder `home`; None when there is none."""
        store_once = self._given.get(ARCHIVE)
        return Archive(home / "archive.sqlite", store_once) if store_once else None
