"""How a service is hosted: inbox and transaction around one that writes, a task for each event of one that calls."""

from __future__ import annotations

from labs.orders.domain.tally import Tally
from labs.orders.process.aio_reading import AioReading
from labs.orders.process.effects import Effects
from labs.orders.process.reading import Reading
from labs.orders.services import IN_DATABASE, OUTSIDE, SERVICES, TOGETHER, Means
from labs.orders.topology import Reader


def reading(reader: Reader, means: Means, *, url: str, tally: Tally) -> Reading:
    """The service of `reader`, whose effect is in the database, ready for a thread with a connection to `url`."""
    service = SERVICES[reader.name]
    together = TOGETHER.get(service)
    effects = Effects(
        means.database,
        name=reader.name,
        apply=IN_DATABASE[service](means),
        apply_all=together(means) if together else None,
        clock=means.clock,
        committed=means.committed,
    )
    return Reading(
        reader=reader,
        handle_batch=effects.handle_batch,
        url=url,
        prefetch=means.settings.prefetch,
        tally=tally,
    )


def calling(reader: Reader, means: Means, *, tally: Tally) -> AioReading:
    """The service of `reader`, which calls somebody outside, ready for an event loop."""
    return AioReading(
        reader=reader,
        handle=OUTSIDE[SERVICES[reader.name]](means),
        prefetch=means.settings.calls_at_once,
        drain_s=means.settings.stop_s / 2,
        tally=tally,
    )
