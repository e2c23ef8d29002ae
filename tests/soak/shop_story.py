"""One story of the shop from its opening to the verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labs.broker.node import PrivateNode
from labs.course.chaos.audit import Audit
from labs.course.chaos.rest import await_rest
from labs.errors import LabsError
from tests.orders.postgres import Cluster
from tests.soak.shop_case import DATABASES, ShopCase
from tests.soak.shop_cuts import strike
from tests.soak.shop_scene import ShopScene, shop_scene

#: How long the last customers may wait for their answer, and the shop for its rest, in seconds.
ANSWERED_S, REST_S = 90.0, 240.0
#: For how long nothing may change before a promise counts as broken: here readers' hands can be seen, too.
STILL_S = 4.0
#: What may have been in hand at the edge in one crash: as many events as a channel works on at once, two mails each.
IN_HAND = {"email": 40, "sms": 20, "webhooks": 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopVerdict:
    """What a story came to. No `violations`: every promise was kept. `struck`: the cuts that happened."""

    case: ShopCase
    struck: tuple[str, ...]
    audit: Audit | None
    moves: int
    violations: tuple[str, ...]
    seconds: float


def tell(node: PrivateNode, cluster: Cluster | None, case: ShopCase, folder: Path) -> ShopVerdict:
    """Play it, let it come to rest, and judge it. `folder` keeps SQLite's file and what the processes said."""
    began = time.monotonic()
    violations: list[str] = []
    found: Audit | None = None
    folder.mkdir(parents=True, exist_ok=True)
    with shop_scene(node, cluster, case, folder) as stage:
        try:
            for cut in case.cuts:
                strike(stage, cut)
            if not stage.people.finish(ANSWERED_S):
                violations.append(f"a customer waited for more than {ANSWERED_S:g} s for an answer")
            await_rest(stage.audit, lambda: len(stage.queued()), within_s=REST_S, still_s=STILL_S)
        except LabsError as error:
            violations.append(str(error))
        ends = {repr(part): part.stop() for part in stage.parts if part.alive}
        violations += [f"{who} ended with exit code {code}" for who, code in ends.items() if code]
        found = stage.audit()  # once more: nobody has anything in hand any more
        violations += _judge(stage, found)
        said = [line for part in stage.parts for line in (f"--- {part}", *part.lines)]
        (folder / "said.log").write_text("\n".join(said), encoding="utf-8")
        struck, moves = tuple(stage.struck), stage.people.moves
    return ShopVerdict(
        case=case, struck=struck, audit=found, moves=moves, violations=tuple(violations),
        seconds=time.monotonic() - began,
    )  # fmt: skip


def _judge(stage: ShopScene, found: Audit) -> list[str]:
    """The audit's sentences, and what only this stage knows: who asked, and what may come again."""
    said = [each for each in found.sentences() if each.startswith("Not kept")]
    said += stage.people.surprises
    if left := stage.queued():
        said.append(f"messages stayed in the queues: {left}")
    if found.unheard:
        said.append(
            f"orders that nobody was told of, so somebody's wish is stored twice: {found.unheard[:5]}"
        )
    if len(set(stage.people.accepted.values())) != len(stage.people.accepted):
        said.append("two wishes were answered with one order")
    for channel, times in found.repeated.items():
        if times > stage.may_repeat * IN_HAND[channel]:
            said.append(f"{channel}: {times} came again after {stage.may_repeat} crashes of what sends them")
    return said


def line(verdict: ShopVerdict) -> str:
    """One story in one line, and a line for each broken promise."""
    case, found = verdict.case, verdict.audit
    mark = "✗" if verdict.violations else "✓"
    counts = f"{found.orders:>4} orders {found.events:>5} events" if found else "no audit"
    again = (
        "".join(f", {times} {channel} again" for channel, times in found.repeated.items()) if found else ""
    )
    first = (
        f"{mark} {case.seed:<4} {case.database:<10} {case.split:<8} {len(verdict.struck)} cuts {counts} "
        f"{verdict.seconds:5.1f} s  {', '.join(verdict.struck)}{again}"
    )
    return "\n".join([first, *(f"    {each}" for each in verdict.violations)])


def table(verdicts: Sequence[ShopVerdict]) -> str:
    """Each kind of cut, how often it happened on each database, and what was counted in all."""
    struck = Counter((kind, each.case.database) for each in verdicts for kind in each.struck)
    rows = [
        f"{kind:<22}" + "".join(f"{struck[kind, database]:>12}" for database in DATABASES)
        for kind in sorted({kind for kind, _ in struck})
    ]
    audits = [each.audit for each in verdicts if each.audit]
    again = sum((Counter(each.repeated) for each in audits), Counter[str]())
    sums = (
        f"{sum(struck.values())} cuts, {sum(each.orders for each in audits)} orders, "
        f"{sum(each.events for each in audits)} events, {sum(each.moves for each in verdicts)} moves by the admin"
    )
    edge = ", ".join(f"{times} {channel}" for channel, times in sorted(again.items())) or "nothing"
    head = f"{'cut':<22}" + "".join(f"{database:>12}" for database in DATABASES)
    return "\n".join([head, "-" * len(head), *rows, "-" * len(head), sums, f"repeated at the edge: {edge}"])
