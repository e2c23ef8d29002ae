"""One run from its first publish to its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from labs.broker.node import PrivateNode
from labs.errors import LabsError
from labs.outcome import Ack
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count
from tests.soak.accidents import strike
from tests.soak.case import LADDER, Case
from tests.soak.judge import Tally, judge
from tests.soak.scene import Scene, scene

#: How long the first publish may take, in seconds.
BEGIN_WITHIN_S = 20.0
#: How long to wait for the moment of an accident, in seconds: not all messages have an effect.
STRIKE_WITHIN_S = 1.5
#: How long everything may take to come to rest after the accident, in seconds.
DRAIN_WITHIN_S = 60.0
#: How long reading the parking lot may take, in seconds.
READ_WITHIN_S = 10.0
#: How often the queues must be found empty in a row: a message on its way from one to the next is in neither view.
LOOKS = 4
#: The same where it is less sure: a quorum queue's counts are up to a second old; or somebody is still missing.
LOOKS_AT_HEARSAY = 40
TICK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run came to. No `violations`: all is well."""

    case: Case
    tally: Tally
    violations: tuple[str, ...]
    seconds: float


def tell(node: PrivateNode, case: Case, folder: Path) -> Verdict:
    """Play the run, let it come to rest, and judge it. `folder` keeps its ledger and its log."""
    began = time.monotonic()
    violations: list[str] = []
    with scene(node, case, folder) as stage:
        _wait(lambda: bool(stage.ledger.published()), BEGIN_WITHIN_S, "the first publish", violations)
        for part in case.strikes:
            _let_it_get_to(stage, part)
            strike(stage)
        _wait(lambda: stage.producer.exit_code is not None, DRAIN_WITHIN_S, "the producer's end", violations)
        looks = Looks(stage)
        _wait(
            lambda: looks.at_rest() or looks.is_hopeless(),
            DRAIN_WITHIN_S,
            "empty queues",
            violations,
            seen=lambda: str(looks.counts),
        )
        ends = {each.name: each.stop() for each in (stage.producer, *stage.consumers)}
        violations += [f"the {who} ended with exit code {code}" for who, code in ends.items() if code != 0]
        parked = _parked(stage)
        looks.look()
        if any(looks.counts.values()):
            violations.append(f"messages stayed behind: {looks.counts}")
        tally, found = judge(case, stage.ledger, parked, strikes=stage.struck)
    return Verdict(case=case, tally=tally, violations=(*violations, *found), seconds=time.monotonic() - began)


def _let_it_get_to(stage: Scene, part: float) -> None:
    """Wait until that part is published, or done: or until it is clear that it never will be."""
    ends = time.monotonic() + STRIKE_WITHIN_S
    while (
        stage.ledger.number(stage.case.follows) < part * len(stage.case.scripts) and time.monotonic() < ends
    ):
        time.sleep(0.002)


class Looks:
    """The broker's counts, ready and unacked together, of every queue but the parking lot."""

    def __init__(self, stage: Scene) -> None:
        self.counts: dict[str, int] = {}
        self._stage = stage
        self._empty = 0

    def look(self) -> None:
        """Ask the broker."""
        rows = self._stage.management.queues(self._stage.vhost)
        self.counts = {
            row["name"]: row.get("messages", -1) for row in rows if row["name"] != LADDER.parking_lot
        }

    def at_rest(self) -> bool:
        """Whether they were empty so often in a row that nothing can be on its way."""
        try:
            self.look()
        except LabsError:
            self._empty = 0  # a broker that is coming back
            return False
        empty = len(self.counts) == len(self._stage.case.topology.queues) - 1 and not any(
            self.counts.values()
        )
        self._empty = self._empty + 1 if empty else 0
        return self._empty >= (LOOKS if self._is_told_exactly() else LOOKS_AT_HEARSAY)

    def _is_told_exactly(self) -> bool:
        """Whether the ledger has an end of every confirmed message, and the counts are those of classic queues."""
        case, ledger = self._stage.case, self._stage.ledger
        ends = set(ledger.effects()) | set(ledger.noted("dead")) | set(ledger.noted("used up"))
        return case.delays == "classic" and ledger.published(confirmed=True) <= ends

    def is_hopeless(self) -> bool:
        """Whether nobody is left who would consume."""
        return all(consumer.exit_code is not None for consumer in self._stage.consumers)


def _wait(
    holds: Callable[[], bool],
    within_s: float,
    awaited: str,
    violations: list[str],
    *,
    seen: Callable[[], str] = lambda: "nothing of it",
) -> None:
    ends = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > ends:
            violations.append(f"waited {within_s:g} s for {awaited}; saw {seen()}")
            return
        time.sleep(TICK_S)


def _parked(stage: Scene) -> list[str]:
    """Who is in the parking lot; acknowledged, so that nothing stays behind."""
    with connect(stage.node.broker.url(stage.vhost), name="judge") as connection:
        if (there := count(connection, LADDER.parking_lot)) == 0:
            return []
        consumer = Consumer(connection, LADDER.parking_lot, prefetch=there)
        taken = consumer.take(there, within_s=READ_WITHIN_S)
        for delivery in taken:
            consumer.settle(delivery, Ack())
    return [delivery.message.message_id or "?" for delivery in taken]
