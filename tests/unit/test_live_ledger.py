"""The ledger on paper: races between a look and the trace, in every order, never become events."""

from __future__ import annotations

from typing import Any

from labs.exchange import Exchange
from labs.live.account import Account
from labs.live.events import Dead, Gone
from labs.live.ledger import Ledger
from labs.live.routes import Routes
from labs.live.shape import Shape
from labs.live.trace import Traced
from labs.queue import Queue
from labs.routing import Binding

ROUTES = Routes(
    Shape(
        exchanges=(Exchange(name="dead", type="fanout"),),
        queues=(
            Queue(name="dlq"),
            Queue(name="slow", dead_letter_exchange="dead", message_ttl_ms=10),
            Queue(name="work", dead_letter_exchange="dead"),
        ),
        bindings=(Binding(source="dead", destination="dlq"),),
    )
)


class Broker:
    """What the queues really hold, and a ledger that looks at it."""

    def __init__(self) -> None:
        self.counts = {name: [0, 0] for name in ROUTES.queues}
        self.ledger = Ledger()
        self.at = 0.0
        self.look()

    def look(self, *, meanwhile: Any = lambda: None) -> list[Dead | Gone]:
        """One look; `meanwhile` happens after it was asked."""
        self.at += 100
        self.ledger.asked()
        counts = {name: (ready, unacked) for name, (ready, unacked) in self.counts.items()}
        meanwhile()
        return self.ledger.settle(counts, ROUTES, self.at)

    def looks(self, number: int = 8) -> list[Dead | Gone]:
        """Everything that so many looks find."""
        return [event for _ in range(number) for event in self.look()]

    def publish(self, queue: str, *, traced: bool = True) -> None:
        """A message comes in; the trace may tell later."""
        self.counts[queue][0] += 1
        if traced:
            self.ledger.published(queue)

    def deliver(self, queue: str, *, again: bool = False, died: Any = (), ack: bool = False) -> list[Dead]:
        """The queue gives one out."""
        self.counts[queue][0] -= 1
        self.counts[queue][1] += not ack
        headers = {"x-death": [{"queue": name, "reason": reason, "count": 1} for name, reason in died]}
        traced = Traced(self.at, "", (queue,), queue, (), "c", 1, again, {"headers": headers}, b"", 0)
        return self.ledger.delivered(traced, ROUTES)

    def move(self, queue: str, ready: int = 0, unacked: int = 0) -> None:
        """Something that no trace tells."""
        self.counts[queue][0] += ready
        self.counts[queue][1] += unacked


def told(events: list[Any]) -> list[tuple[Any, ...]]:
    """What the events say, without their times."""
    return [
        (one.number, one.queue, one.to, one.reason) if isinstance(one, Dead) else (one.number, one.queue)
        for one in events
    ]


def test_a_publish_that_is_traced_after_the_look_is_no_dead_letter() -> None:
    """The count rose first; the trace came while the look was on its way."""
    broker = Broker()
    broker.publish("dlq", traced=False)
    assert broker.look(meanwhile=lambda: broker.ledger.published("dlq")) == []
    assert broker.looks() == []
    assert broker.ledger.settled


def test_a_publish_that_is_traced_before_the_look_sees_it_is_no_loss() -> None:
    """Everything that moves while a look is under way is uncertain, in both directions."""
    broker = Broker()
    assert broker.look(meanwhile=lambda: broker.publish("work")) == []
    assert broker.look(meanwhile=lambda: broker.deliver("work")) == []
    assert broker.looks() == []


def test_a_reject_is_told_after_two_looks_as_of_the_first() -> None:
    """One look may be a race; two in turn are not."""
    broker = Broker()
    broker.publish("work")
    broker.deliver("work")
    broker.look()
    broker.move("work", unacked=-1)
    broker.move("dlq", ready=1)
    assert broker.look() == []
    first = broker.at
    assert not broker.ledger.settled
    (dead,) = broker.look()
    assert told([dead]) == [(1, "work", "dlq", "rejected")]
    assert first - 1 < dead.at < first
    assert broker.looks() == []
    assert broker.deliver("dlq", died=[("work", "rejected")]) == []  # proved, and drawn already
    assert broker.looks() == []


def test_an_expiry_is_matched_with_its_arrival() -> None:
    """The source fell, the target rose: one dead letter, and nothing gone."""
    broker = Broker()
    broker.publish("slow")
    broker.look()
    broker.move("slow", ready=-1)
    broker.look()  # the source is seen first …
    broker.move("dlq", ready=1)
    assert told(broker.looks()) == [(1, "slow", "dlq", "expired")]


def test_a_purge_of_a_queue_with_a_dead_letter_exchange_is_gone_after_a_while() -> None:
    """No arrival explains it, so nothing died."""
    broker = Broker()
    for _ in range(3):
        broker.publish("work")
    broker.look()
    broker.move("work", ready=-3)
    assert told(broker.looks()) == [(3, "work")]
    assert broker.ledger.settled


def test_the_source_is_the_queue_that_lost_one() -> None:
    """Of two queues with one dead-letter exchange."""
    broker = Broker()
    broker.publish("slow")
    broker.publish("work")
    broker.deliver("work")
    broker.look()
    broker.move("work", unacked=-1)
    broker.move("slow", ready=-1)
    broker.move("dlq", ready=2)
    assert sorted(told(broker.looks())) == [(1, "slow", "dlq", "expired"), (1, "work", "dlq", "rejected")]


def both_in_hand() -> Broker:
    """Two queues with one dead-letter exchange, a message of each in a consumer's hands."""
    broker = Broker()
    for queue in ("slow", "work"):
        broker.publish(queue)
        broker.deliver(queue)
    broker.look()
    return broker


def test_two_consumers_that_reject_one_after_the_other_are_told_apart() -> None:
    """What the first one's dead letter has explained does not explain the second one's."""
    broker = both_in_hand()
    for queue in ("work", "slow"):
        broker.move(queue, unacked=-1)
        broker.move("dlq", ready=1)
        assert told([*broker.look(), *broker.look()]) == [(1, queue, "dlq", "rejected")]
    assert broker.looks() == []


def test_two_consumers_that_reject_at_once_each_have_their_share() -> None:
    """As many arrived as were settled, so none was acked."""
    broker = both_in_hand()
    for queue in ("work", "slow"):
        broker.move(queue, unacked=-1)
    broker.move("dlq", ready=2)
    assert sorted(told(broker.looks())) == [(1, queue, "dlq", "rejected") for queue in ("slow", "work")]


def test_one_acks_and_one_rejects_and_nobody_guesses_which() -> None:
    """The counts are the same either way: the delivery's proof tells, not a window that has slid on."""
    for who in ("work", "slow"):
        broker = both_in_hand()
        for queue in ("work", "slow"):
            broker.move(queue, unacked=-1)
        broker.move("dlq", ready=1)
        assert broker.looks() == []
        assert broker.ledger.settled
        proof = broker.deliver("dlq", died=[(who, "rejected")])
        assert told(proof) == [(1, who, "dlq", "rejected")]
        assert broker.looks() == []


def test_what_comes_back_to_a_dead_letter_queue_stays_untold_until_its_delivery() -> None:
    """A rise beside returned messages is ambiguous."""
    broker = Broker()
    broker.publish("dlq")
    broker.deliver("dlq")
    broker.look()
    broker.move("dlq", ready=1, unacked=-1)
    assert broker.looks() == []
    assert broker.deliver("dlq", again=True) == []
    assert broker.looks() == []


def test_an_ambiguous_rise_that_was_a_dead_letter_is_told_by_its_delivery() -> None:
    """Given back to the dead-letter queue and dead-lettered into it at once: the proof tells which."""
    broker = Broker()
    broker.publish("dlq")
    broker.publish("work")
    broker.deliver("dlq")
    broker.deliver("work")
    broker.look()
    broker.move("dlq", ready=1, unacked=-1)  # comes back …
    broker.move("dlq", ready=1)  # … and one has died
    broker.move("work", unacked=-1)
    events = told(broker.looks())
    proof = told([*broker.deliver("dlq", again=True), *broker.deliver("dlq", died=[("work", "rejected")])])
    assert [*events, *proof] == [(1, "work", "dlq", "rejected")]
    assert broker.looks() == []


def test_a_death_between_two_looks_is_proved_by_the_delivery_alone() -> None:
    """In and out before anybody looked."""
    broker = Broker()
    broker.publish("slow")
    broker.move("slow", ready=-1)
    broker.move("dlq", ready=1)
    assert told(broker.deliver("dlq", died=[("slow", "expired")])) == [(1, "slow", "dlq", "expired")]
    assert broker.looks() == []


def test_what_was_there_before_is_never_told() -> None:
    """Its deliveries prove deaths of another time."""
    broker = Broker.__new__(Broker)
    broker.counts = {name: [2 if name == "dlq" else 0, 0] for name in ROUTES.queues}
    broker.ledger, broker.at = Ledger(), 0.0
    broker.look()
    assert broker.deliver("dlq", died=[("work", "rejected")]) == []
    assert broker.deliver("dlq", died=[("work", "rejected")]) == []
    broker.move("dlq", ready=1)
    assert told(broker.deliver("dlq", died=[("work", "rejected")])) == [(1, "work", "dlq", "rejected")]


def test_a_queue_that_is_not_at_rest_gets_no_opening_balance() -> None:
    """Opened while messages pass, an account stays empty until a look finds it quiet."""
    account = Account(None)
    account.asked()
    account.book(1)
    account.compare(5, 0, 0.0)
    assert account.expected is None
    account.asked()
    account.compare(6, 0, 1.0)
    assert (account.expected, account.old) == (6, 6)
