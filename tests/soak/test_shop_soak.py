"""A bounded sample of the shop's crash stories, and the proof that they can fail. The whole of it is ``make soak``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs import paths
from labs.broker.node import PrivateNode
from labs.course.chaos.audit import PROMISES
from labs.course.chaos.points import POINTS
from tests.orders.postgres import Cluster
from tests.soak.__main__ import own_node
from tests.soak.shop_case import AROUND, COLLECTIVE, CUTS, DATABASES, ROUND, ShopBug, ShopCase
from tests.soak.shop_run import databases
from tests.soak.shop_story import line, tell

#: Stories that together have the issue's crashes: on which database, how the shop is split, and what happens.
SAMPLE = [
    (
        "sqlite",
        "in three",
        (
            "web.committed",
            "relay.confirmed",
            "inventory.effect",
            "email.called",
            "network cut",
            "database lost",
        ),
    ),
    ("postgresql", "in one", ("payment.charged", "database lost", "broker killed")),
]
#: Which cut shows which mistake, and the promise that it breaks.
MISTAKES: list[tuple[ShopBug, str, str]] = [
    ("mark_before_publish", "relay.claimed", "read"),
    ("no_inbox", "feed.effect", "once"),
    ("no_key", "payment.prepared", "paid once"),
]
#: With that many stories `make soak` has more than fifty cuts.
STORIES = 12


@pytest.fixture(scope="module")
def ground() -> Iterator[tuple[PrivateNode, Cluster | None, tuple[str, ...]]]:
    """A broker and a PostgreSQL that may be killed, and which databases there are here: SQLite is everywhere."""
    with own_node(paths.home() / "shop-sample") as node, databases() as (server, there):
        yield node, server, there


@pytest.mark.slow
@pytest.mark.parametrize(("database", "split", "kinds"), SAMPLE)
def test_whatever_is_cut_the_shop_keeps_its_promises(database, split, kinds, ground, tmp_path):
    """All channels are on, people order all the time, and the audit finds nothing."""
    node, server, there = ground
    there = tuple(each for each in there if each == database) or there
    case = ShopCase.draw(1, kinds=kinds, databases=there, split=split)
    verdict = tell(node, server, case, tmp_path)
    assert verdict.violations == (), f"{line(verdict)}\n{said(tmp_path)}"
    assert verdict.struck == kinds
    assert verdict.audit is not None
    assert verdict.audit.orders >= len(kinds)


@pytest.mark.slow
@pytest.mark.parametrize(("bug", "kind", "promise"), MISTAKES)
def test_a_planted_mistake_is_found_by_one_cut(bug, kind, promise, ground, tmp_path):
    """A story that never fails proves nothing."""
    case = ShopCase.draw(2, kinds=(kind,), databases=("sqlite",), split="in one", bug=bug)
    verdict = tell(*ground[:2], case, tmp_path)
    assert any(each.startswith(f"Not kept: {PROMISES[promise]}") for each in verdict.violations), (
        f"{line(verdict)}\n{said(tmp_path)}"
    )


def test_a_seed_draws_the_same_shop_again():
    """Otherwise the command in the report would tell another story."""
    assert ShopCase.draw(7) == ShopCase.draw(7)


def test_a_dozen_seeds_go_round_all_cuts_twice_on_both_databases():
    """Which points there are is for the course to say; none of them may be left out here."""
    assert set(ROUND) > set(POINTS) - set(COLLECTIVE)
    drawn = [ShopCase.draw(seed) for seed in range(1, STORIES + 1)]
    often = Counter(cut.kind for case in drawn for cut in case.cuts)
    assert often.total() == STORIES * CUTS >= 50
    assert set(often) == set(ROUND)
    assert min(often.values()) >= 2
    met = {(cut.kind, case.database) for case in drawn for cut in case.cuts}
    assert {(kind, database) for kind in AROUND for database in DATABASES} <= met


def said(folder: Path) -> str:
    """What the processes of the story said at last."""
    return "".join(file.read_text(encoding="utf-8")[-4000:] for file in folder.rglob("said.log"))
