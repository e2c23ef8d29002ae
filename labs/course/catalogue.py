"""The course in order: one literal table that the map, the navigation, the README and the tests read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """`name` is the file without `.ipynb`; `minutes` is a learner's time, not the machine's."""

    name: str
    title: str
    part: str
    minutes: int
    prerequisite: str | None = None

    @property
    def number(self) -> int:
        """The two digits at the front of the name."""
        return int(self.name[:2])


COURSE: tuple[Notebook, ...] = (
    Notebook(name="00_start_here", title="Start here", part="Ready", minutes=20),
    Notebook(
        name="01_producers", title="Producers", part="Five words", minutes=35, prerequisite="00_start_here"
    ),
    Notebook(
        name="02_exchanges", title="Exchanges", part="Five words", minutes=40, prerequisite="01_producers"
    ),
    Notebook(name="03_queues", title="Queues", part="Five words", minutes=45, prerequisite="02_exchanges"),
    Notebook(name="04_consumers", title="Consumers", part="Five words", minutes=45, prerequisite="03_queues"),
    Notebook(
        name="05_routing_keys",
        title="Routing keys",
        part="Five words",
        minutes=40,
        prerequisite="03_queues",
    ),
    Notebook(
        name="06_publishing_safely",
        title="Publishing safely",
        part="Nothing lost",
        minutes=45,
        prerequisite="04_consumers",
    ),
    Notebook(
        name="07_consuming_safely",
        title="Consuming safely",
        part="Nothing lost",
        minutes=45,
        prerequisite="06_publishing_safely",
    ),
    Notebook(
        name="08_when_it_fails",
        title="When it fails",
        part="Nothing lost",
        minutes=45,
        prerequisite="07_consuming_safely",
    ),
    Notebook(
        name="09_asyncio", title="asyncio", part="Further", minutes=45, prerequisite="08_when_it_fails"
    ),
    Notebook(
        name="14_why_a_broker",
        title="Why a broker",
        part="The order system",
        minutes=45,
        prerequisite="08_when_it_fails",
    ),
    Notebook(
        name="15_the_lost_order",
        title="The lost order",
        part="The order system",
        minutes=45,
        prerequisite="14_why_a_broker",
    ),
    Notebook(
        name="16_channels",
        title="Channels",
        part="The order system",
        minutes=45,
        prerequisite="15_the_lost_order",
    ),
    Notebook(
        name="17_the_live_dashboard",
        title="The live dashboard",
        part="The order system",
        minutes=40,
        prerequisite="15_the_lost_order",
    ),
    Notebook(
        name="18_saga_and_read_model",
        title="Saga and read model",
        part="The order system",
        minutes=45,
        prerequisite="16_channels",
    ),
    Notebook(
        name="19_order_notifications",
        title="Order notifications",
        part="The order system",
        minutes=45,
        prerequisite="18_saga_and_read_model",
    ),
    Notebook(
        name="20_chaos_day",
        title="Chaos day",
        part="The order system",
        minutes=45,
        prerequisite="19_order_notifications",
    ),
)


def by_name(name: str) -> Notebook:
    """The notebook of that name. Raises KeyError with the names there are."""
    for notebook in COURSE:
        if notebook.name == name:
            return notebook
    known = ", ".join(notebook.name for notebook in COURSE)
    message = f"There is no lesson {name!r}. The lessons are: {known}."
    raise KeyError(message)
