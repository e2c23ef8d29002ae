"""Which readers a shop has, given their names and its settings.

With an orchestrator the same three services read other queues: commands reach two of them, and events only the
one that commands. Nobody else in the shop notices, for a reader is known by its name.
"""

from __future__ import annotations

from collections.abc import Sequence

from labs.orders.process.orchestrator import ORCHESTRATED
from labs.orders.services import SERVICES
from labs.orders.settings import OrderSettings
from labs.orders.topology import Reader


def chosen(names: Sequence[str], settings: OrderSettings) -> list[Reader]:
    """The readers of these names, in this order; raises `KeyError` for a name that nobody has."""
    readers = {**SERVICES}
    if settings.saga == "orchestration":
        readers.update((reader.name, reader) for reader in ORCHESTRATED)
    return [readers[name] for name in names]
