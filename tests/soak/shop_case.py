"""One story of the whole shop, drawn from its seed: its database, how it is split into processes, and its cuts.

Every cut ends something that is needed: a process at a point or at any moment, the network, the broker, the database.
The seeds go round all kinds of cuts, so that a dozen stories have each of them at least twice. What a seed draws is the
same everywhere; which orders meet a cut is not.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from labs.course.chaos.part import ALL_NAMES
from labs.course.chaos.points import POINTS
from labs.orders.services import IN_DATABASE, OUTSIDE

DATABASES = ("sqlite", "postgresql")
#: How the shop is split: which parts share a process.
READERS = tuple(reader.name for reader in IN_DATABASE)
CHANNELS = tuple(reader.name for reader in OUTSIDE)
SPLITS: dict[str, tuple[tuple[str, ...], ...]] = {
    "in three": (("web",), ("relay",), ALL_NAMES),
    "in four": (("web",), ("relay",), READERS, CHANNELS),
    "in one": (("web", "relay", *ALL_NAMES),),
}
#: Mistakes that are made on purpose, to prove that they are found: files in `tests/soak/bugs`.
ShopBug = Literal["", "mark_before_publish", "no_inbox", "no_key"]
#: Ends that are not a process's own.
AROUND = (
    "killed at any moment",
    "network cut",
    "network stalled",
    "database lost",
    "broker killed",
    "forced close",
)
#: Points that contain others, for the notebooks.
COLLECTIVE = ("reader.effect", "channel.called")
#: All kinds, as the seeds go round them; what is rare or costs ten seconds is once in it.
ROUND = tuple(name for name in POINTS if name not in COLLECTIVE) + AROUND
#: How many cuts a story has.
CUTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """`kind`: a point or one of `AROUND`. `nth`: the how many-th time at the point. Times are in seconds.

    `after_s`: how long the shop runs undisturbed before; `lasts_s`: how long what is away stays away. `dice` decides
    the rest, such as whose process it is.
    """

    kind: str
    nth: int
    after_s: float
    lasts_s: float
    dice: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCase:
    """What a seed means."""

    seed: int
    database: str
    split: str
    cuts: tuple[Cut, ...]
    bug: ShopBug = ""

    @classmethod
    def draw(
        cls,
        seed: int,
        *,
        kinds: Sequence[str] | None = None,
        databases: Sequence[str] = DATABASES,
        split: str | None = None,
        bug: ShopBug = "",
    ) -> ShopCase:
        """What this seed means; `kinds` and `split` override what it drew, `databases` are those that there are."""
        dice = random.Random(seed)  # noqa: S311 - it decides nothing that must be secret
        drawn = [ROUND[(seed * CUTS + at) % len(ROUND)] for at in range(CUTS)]
        dice.shuffle(drawn)
        drawn_split = dice.choices(list(SPLITS), (50, 35, 15))[0]
        return cls(
            seed=seed,
            database=databases[seed * CUTS // len(ROUND) % len(databases)],  # each round on another one
            split=split or drawn_split,
            cuts=tuple(
                Cut(
                    kind=kind,
                    nth=dice.choice((1, 1, 2, 3)),
                    after_s=round(dice.uniform(0.0, 0.8), 2),
                    lasts_s=round(dice.uniform(0.1, 2.0), 2),
                    dice=dice.randrange(1_000_000),
                )
                for kind in (drawn if kinds is None else kinds)
            ),
            bug=bug,
        )
