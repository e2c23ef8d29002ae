"""What must be true when a run has come to rest, and what is counted for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from tests.soak.case import Case
from tests.soak.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one run, or of many: they can be added. `confirmed` and `unknown` count messages, not publishes."""

    runs: int = 0
    strikes: int = 0
    confirmed: int = 0
    unknown: int = 0
    republished: int = 0
    effects: int = 0
    suppressed: int = 0
    retried: int = 0
    parked: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__}
        )

    def row(self) -> tuple[int, ...]:
        """The numbers in the order of their names."""
        return astuple(self)


def judge(
    case: Case, ledger: Ledger, in_parking_lot: Iterable[str], *, strikes: int
) -> tuple[Tally, tuple[str, ...]]:
    """The counts, and a sentence for each broken promise."""
    published, confirmed = ledger.published(), ledger.published(confirmed=True)
    effects = ledger.effects()
    dead, used_up = ledger.noted("dead"), ledger.noted("used up")
    parked, given_up = Counter(in_parking_lot), set(dead) | set(used_up)
    done = set(effects)
    promises = {
        "confirmed, and neither done nor parked": confirmed - done - set(parked),
        "done more than once": {each for each, times in effects.items() if times > 1},
        "done or parked, and never published": (done | set(parked)) - published,
        "given up by its handler, and not parked": given_up - set(parked),
        "parked, and not given up by its handler": set(parked) - given_up,
        "done *and* parked": done & set(parked),
        "not as it was published": set(ledger.noted("changed")),
    }
    tally = Tally(
        runs=1,
        strikes=strikes,
        confirmed=len(confirmed),
        unknown=len(published - confirmed),
        republished=ledger.tries() - len(published),
        effects=len(done),
        suppressed=ledger.noted("suppressed").total(),
        retried=ledger.noted("retried").total(),
        parked=len(parked),
    )
    return tally, tuple(f"{what}: {_some(who)}" for what, who in promises.items() if who)


def _some(ids: set[str]) -> str:
    shown = ", ".join(sorted(ids)[:5])
    return f"{len(ids)} ({shown}{', …' if len(ids) > 5 else ''})"
