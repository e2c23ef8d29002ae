"""One run, drawn from its seed: how many messages, what becomes of each, who publishes how, and which accident.

A pure value, and small: it travels to the processes of the run. What a seed draws is the same on every machine;
at which instruction an accident strikes is not, so a failing seed may need a few repetitions.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Literal, get_args

from labs.exchange import Exchange
from labs.message import Message
from labs.queue import Queue
from labs.retry import Backoff, Ladder
from labs.routing import Binding
from labs.topology import Topology

LaneName = Literal["sync", "aio"]
LANES: tuple[LaneName, ...] = ("sync", "aio")
#: How a message's handler behaves: done at once; done after one or two retries; dead; never done.
Script = Literal["ok", "later1", "later2", "dead", "hopeless"]
SCRIPTS: dict[Script, int] = {"ok": 70, "later1": 12, "later2": 8, "dead": 6, "hopeless": 4}
#: How the producer waits for its confirms: one at a time, many in flight, or with the client that connects again.
STYLES = ("one by one", "window", "recovering")
#: Mistakes that are made on purpose, to prove that they are found.
Bug = Literal["", "ack before effect", "confirm ignored", "no inbox", "classic delays"]
BUGS: tuple[Bug, ...] = get_args(Bug)

#: How often each accident is drawn, of 100. A broker that is killed takes ten seconds to be back, so it is rare.
ACCIDENTS: dict[str, int] = {
    "none": 5,
    "producer killed": 12,
    "consumer killed": 16,
    "everybody killed": 8,
    "producer cut": 10,
    "consumer cut": 12,
    "line stalled": 9,
    "answers stalled": 9,
    "forced close": 7,
    "broker frozen": 5,
    "memory alarm": 2,
    "disk alarm": 2,
    "broker killed": 3,
}
LADDER = Ladder(queue="work", backoff=Backoff(delays_ms=(40, 120)))
#: The way back from a delay queue is the broker's own. From a classic queue it is made without a confirm, so a
#: broker that is killed in that moment may lose the message; a quorum queue can be told to wait for the confirm.
SAFE_DELAYS = {"x-dead-letter-strategy": "at-least-once"}
EXCHANGE, KEY = "orders", "order.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a seed means. Times are in seconds."""

    seed: int
    lane: LaneName
    accident: str
    #: When it strikes: at which part of the way, of what is published or of what is done. Some strike again.
    strikes: tuple[float, ...]
    follows: Literal["published", "effects"]
    #: How long what can be short or long takes: a stall, a freeze, an alarm.
    lasts_s: float
    scripts: tuple[Script, ...]
    style: str
    #: Whether a publish whose outcome is unknown is repeated, with the same message_id.
    repeats: bool
    consumers: int
    prefetch: int
    delays: Literal["classic", "quorum"]
    work_s: float
    pause_s: float
    bug: Bug = ""

    @classmethod
    def draw(
        cls, seed: int, *, lane: LaneName | None = None, accident: str | None = None, bug: Bug = ""
    ) -> Case:
        """What this seed means; `lane` and `accident` override what it drew."""
        dice = random.Random(seed)  # noqa: S311 - it decides nothing that must be secret
        drawn_lane = dice.choice(LANES)
        drawn = dice.choices(list(ACCIDENTS), list(ACCIDENTS.values()))[0]
        accident = accident or drawn
        drawn_delays: Literal["classic", "quorum"] = dice.choices(("classic", "quorum"), (85, 15))[0]
        if accident == "broker killed":
            drawn_delays = "classic" if bug == "classic delays" else "quorum"
        times = 1 if "broker" in accident or "alarm" in accident else dice.choice((1, 1, 2, 3))
        return cls(
            seed=seed,
            lane=lane or drawn_lane,
            accident=accident,
            strikes=tuple(sorted(round(dice.uniform(0.03, 0.9), 2) for _ in range(times))),
            follows=dice.choice(("published", "effects")),
            lasts_s=round(dice.uniform(0.05, 0.5), 3),
            scripts=tuple(dice.choices(list(SCRIPTS), list(SCRIPTS.values()), k=dice.randint(20, 60))),
            style=dice.choice(STYLES),
            repeats=dice.random() < 0.7,
            consumers=dice.choice((1, 2, 2)),
            prefetch=dice.choice((1, 2, 5, 20)),
            delays=drawn_delays,
            work_s=dice.choice((0.001, 0.005, 0.02)),
            # rabbitmqctl takes a second or two to raise an alarm: somebody must still be publishing then.
            pause_s=0.08 if "alarm" in accident else dice.choice((0.0, 0.004, 0.012)),
            bug=bug,
        )

    @property
    def topology(self) -> Topology:
        """What is declared: by everybody who connects, every time."""
        queues = LADDER.topology.queues
        if self.delays == "quorum":
            queues = tuple(
                replace(queue, type="quorum", overflow="reject-publish", arguments=SAFE_DELAYS)
                if queue.message_ttl_ms
                else queue
                for queue in queues
            )
        return Topology(
            exchanges=(Exchange(name="orders"),),
            queues=(Queue(name="work"), *queues),
            bindings=(Binding(source="orders", destination="work", key="order.#"),),
        )

    def message(self, number: int) -> Message:
        """The `number`-th message: everything in it follows from the case, so it can be compared."""
        return Message.from_json(
            {"order": number, "seed": self.seed},
            message_id=f"{self.seed}-{number}",
            type=KEY,
            correlation_id=f"story-{number}",
            headers={"script": self.scripts[number]},
            priority=number % 5,
        )
