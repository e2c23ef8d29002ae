"""What `Topology.validate` finds: each fault its own sentence, and nothing in what is sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.exchange import Exchange
from labs.orders.topology import ORDERS as SHOP
from labs.queue import Queue
from labs.retry import Backoff, Ladder
from labs.routing import Binding
from labs.topology import Topology

ORDERS, DEAD = Exchange(name="orders"), Exchange(name="dead", type="direct")
GRAVES = Queue(name="graves")


def bound(key: str, *, source: str = "orders", to: str = "work", to_exchange: bool = False) -> Binding:
    """A binding in one line."""
    return Binding(source=source, destination=to, key=key, to_exchange=to_exchange)


def shop(work: Queue, *queues: Queue, dead: Exchange = DEAD, more: tuple[Binding, ...] = ()) -> Topology:
    """An exchange, the queue in question bound with `order.*`, and what it may need for its dead letters."""
    return Topology(
        exchanges=(ORDERS, dead), queues=(work, *queues), bindings=(bound("order.*", to=work.name), *more)
    )


TO_GRAVES = bound("work", source="dead", to="graves")
WORK = Queue(name="work", dead_letter_exchange="dead", dead_letter_routing_key="work")
SOUND = {
    "dead letters with a key of their own": shop(WORK, GRAVES, more=(TO_GRAVES,)),
    "dead letters that keep their key, and a pattern for all of them": shop(
        Queue(name="work", dead_letter_exchange="dead"),
        GRAVES,
        dead=Exchange(name="dead"),
        more=(bound("#", source="dead", to="graves"),),
    ),
    "dead letters through a fanout": shop(
        Queue(name="work", dead_letter_exchange="dead"),
        GRAVES,
        dead=Exchange(name="dead", type="fanout", internal=True),
        more=(bound("", source="dead", to="graves"),),
    ),
    "dead letters straight to a queue": shop(
        Queue(name="work", dead_letter_exchange="", dead_letter_routing_key="graves"), GRAVES
    ),
    "dead letters that only the alternate exchange of their exchange wants": Topology(
        exchanges=(ORDERS, Exchange(name="dead", alternate_exchange="rest"), Exchange(name="rest", type="fanout")),
        queues=(Queue(name="work", dead_letter_exchange="dead"), GRAVES),
        bindings=(bound("order.*"), bound("", source="rest", to="graves")),
    ),
    "an exchange behind an exchange": Topology(
        exchanges=(Exchange(name="all", type="fanout"), ORDERS),
        queues=(Queue(name="work"),),
        bindings=(bound("", source="all", to="orders", to_exchange=True), bound("order.*")),
    ),
    "a headers exchange": Topology(
        exchanges=(Exchange(name="labels", type="headers"),),
        queues=(Queue(name="eu"),),
        bindings=(Binding(source="labels", destination="eu", arguments={"region": "EU", "x-match": "any"}),),
    ),
    "an exchange of a plugin": Topology(
        exchanges=(Exchange(name="hash", type="x-consistent-hash"),),
        queues=(Queue(name="work"),),
        bindings=(bound("10", source="hash"),),
    ),
    "an exchange that somebody else declares": Topology(queues=(Queue(name="work"),), bindings=(bound("order.#"),)),
    "queues by name and nothing else": Topology(queues=(Queue(name="one"), Queue(name="two"))),
    "at-least-once with all it needs": shop(
        Queue(
            name="work", type="quorum", overflow="reject-publish", dead_letter_exchange="dead",
            dead_letter_routing_key="work", arguments={"x-dead-letter-strategy": "at-least-once"},
        ),
        GRAVES,
        more=(TO_GRAVES,),
    ),
    "nothing at all": Topology(),
    "the shop": SHOP,
    "a ladder alone": Ladder(queue="order_notifications").topology,
    "the shop with a ladder": SHOP | Ladder(queue="order_notifications").topology,
}  # fmt: skip

FAULTY = {
    "a dead-letter exchange that nobody declared": (
        shop(Queue(name="work", dead_letter_exchange="graveyard")),
        "dlx-not-declared: Queue 'work' sends dead letters to exchange 'graveyard', not declared here: dropped.",
    ),
    "a dead-letter exchange with nothing behind it": (
        shop(WORK),
        "dead-letters-lost: Dead letters of queue 'work' with the key 'work' reach no queue: dropped.",
    ),
    "a binding for another key": (
        shop(Queue(name="work", dead_letter_exchange="dead"), GRAVES, more=(TO_GRAVES,)),
        "dead-letters-lost: Dead letters of queue 'work' with the key 'order.any' reach no queue: dropped.",
    ),
    "a binding for some of the keys": (
        Topology(
            exchanges=(ORDERS, Exchange(name="dead")),
            queues=(Queue(name="work", dead_letter_exchange="dead"), GRAVES),
            bindings=(bound("order.#"), bound("order.*", source="dead", to="graves")),
        ),
        "dead-letters-lost: Dead letters of queue 'work' with the key 'order' reach no queue: dropped.",
    ),
    "a dead letter to a queue that is not there": (
        shop(Queue(name="work", dead_letter_exchange="", dead_letter_routing_key="grave"), GRAVES, more=(TO_GRAVES,)),
        "dead-letters-lost: Dead letters of queue 'work' with the key 'grave' reach no queue: dropped.",
    ),
    "the time-honoured mistake: dead letters to the default exchange under the first key": (
        shop(Queue(name="work", message_ttl_ms=1000, dead_letter_exchange="")),
        "dead-letters-lost: Dead letters of queue 'work' with the key 'order.any' reach no queue: dropped.",
    ),
    "a circle that needs nobody": (
        shop(
            Queue(name="work", message_ttl_ms=1000, dead_letter_exchange="", dead_letter_routing_key="late"),
            Queue(name="late", max_length=10, dead_letter_exchange="orders", dead_letter_routing_key="order.late"),
        ),
        ("cycle-dropped: Dead letters go round late → work → late with no rejection on the way:"
        " the broker drops them."),
    ),
    "a circle of one": (
        Topology(queues=(Queue(name="work", message_ttl_ms=1000, dead_letter_exchange=""),)),
        "cycle-dropped: Dead letters go round work → work with no rejection on the way: the broker drops them.",
    ),
    "a retry circle that nobody counts": (
        shop(
            Queue(name="work", dead_letter_exchange="", dead_letter_routing_key="wait"),
            Queue(name="wait", message_ttl_ms=1000, dead_letter_exchange="", dead_letter_routing_key="work"),
        ),
        ("cycle-endless: Dead letters go round wait → work → wait for ever:"
        " nothing counts how often 'work' rejects them."),
    ),
    "a delay queue without a way out": (
        shop(Queue(name="work", message_ttl_ms=1000)),
        "expires-into-nothing: What waits 1000 ms in queue 'work' is thrown away: no dead-letter exchange.",
    ),
    "a delivery limit without a way out": (
        shop(Queue(name="work", type="quorum", delivery_limit=3)),
        ("limit-into-nothing: What queue 'work' has delivered in vain more than 3 times is thrown away:"
        " no dead-letter exchange."),
    ),
    "a queue that was forgotten": (
        shop(Queue(name="work"), Queue(name="audit")),
        "nothing-leads-here: No binding and no dead letter leads to queue 'audit'.",
    ),
    "at-least-once on a classic queue that drops": (
        shop(
            Queue(
                name="work", dead_letter_exchange="dead", dead_letter_routing_key="work",
                arguments={"x-dead-letter-strategy": "at-least-once"},
            ),
            GRAVES,
            more=(TO_GRAVES,),
        ),
        ("at-least-once-incomplete: Queue 'work' asks for at-least-once dead-lettering and lacks"
        " type quorum, overflow reject-publish: it is not."),
    ),
    "a ladder that leads back to a queue which rejects when it is full": (
        shop(Queue(name="work", max_length=10, overflow="reject-publish"))
        | Ladder(queue="work", backoff=Backoff(delays_ms=(5,))).topology,
        (
            "dead-letters-refused: Dead letters of queue 'work.retry.5ms' are dropped"
            " while queue 'work' is full and rejects."
        ),
    ),
    "a ladder whose queue has a typing error": (
        SHOP | Ladder(queue="order_notification").topology,
        "nothing-leads-here: No binding and no dead letter leads to queue 'order_notification.parked'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("topology", SOUND.values(), ids=SOUND)
def test_a_sound_topology_has_no_finding(topology: Topology) -> None:
    """A warning that is not true teaches people to read no warnings."""
    assert topology.validate() == ()


@pytest.mark.parametrize(("topology", "told"), FAULTY.values(), ids=FAULTY)
def test_each_fault_has_exactly_its_finding(topology: Topology, told: str) -> None:
    """One fault, one sentence, with the queue in it."""
    assert [f"{finding.fault}: {finding}" for finding in topology.validate()] == [told]


def test_several_faults_are_all_told_sorted_by_queue() -> None:
    """Not only the first."""
    topology = shop(Queue(name="work", message_ttl_ms=5), Queue(name="b"), Queue(name="a"))
    assert [(finding.queue, finding.fault) for finding in topology.validate()] == [
        ("a", "nothing-leads-here"),
        ("b", "nothing-leads-here"),
        ("work", "expires-into-nothing"),
    ]


names = st.sampled_from(["a", "b", "c", "d"])
maybe = st.none() | names


@given(
    st.lists(
        st.builds(
            Queue,
            name=names,
            message_ttl_ms=st.none() | st.just(10),
            dead_letter_exchange=maybe | st.just(""),
            dead_letter_routing_key=maybe,
        ),
        unique_by=lambda queue: queue.name,
        max_size=4,
    ),
    st.lists(
        st.builds(
            Exchange,
            name=names,
            type=st.sampled_from(["direct", "topic", "fanout", "headers"]),
            alternate_exchange=maybe,
        ),
        unique_by=lambda exchange: exchange.name,
        max_size=4,
    ),
    st.lists(
        st.builds(
            Binding,
            source=names,
            destination=names,
            key=st.sampled_from(["a", "#", "*.b"]),
            to_exchange=st.booleans(),
        ),
        max_size=6,
    ),
)
def test_any_topology_is_judged_in_the_end(
    queues: list[Queue], exchanges: list[Exchange], bindings: list[Binding]
) -> None:
    """However many circles there are; and every finding is about a queue that is declared."""
    topology = Topology(exchanges=tuple(exchanges), queues=tuple(queues), bindings=tuple(bindings))
    found = topology.validate()
    assert {finding.queue for finding in found} <= {queue.name for queue in queues}
    assert len({(finding.queue, finding.fault) for finding in found}) == len(found)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5), st.text("ab._-", min_size=1, max_size=9))
def test_every_ladder_is_sound(delays: list[int], queue: str) -> None:
    """Alone, and beside the queue that it serves."""
    ladder = Ladder(queue=queue, backoff=Backoff(delays_ms=tuple(delays)))
    assert ladder.topology.validate() == ()
    work = Topology(exchanges=(ORDERS,), queues=(Queue(name=queue),), bindings=(bound("order.*", to=queue),))
    assert (work | ladder.topology).validate() == ()
