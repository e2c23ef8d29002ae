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


def chosen(wanted: Sequence[str | Reader], settings: OrderSettings) -> list[Reader]:
    """The readers of these names, in this order; raises `KeyError` for a name that nobody has.

    A reader that is given whole is taken as it is: the same service with other retries, say.
    """
    readers = {**SERVICES}
    if settings.saga == "orchestration":
        readers.update((reader.name, reader) for reader in ORCHESTRATED)
    return [one if isinstance(one, Reader) else readers[one] for one in wanted]
