"""A bounded sample of the soak, and the proof that it can fail. The whole of it is ``make soak``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs import paths
from labs.broker.node import PrivateNode
from tests.soak.__main__ import own_node
from tests.soak.case import ACCIDENTS, LANES, Bug, Case
from tests.soak.report import line
from tests.soak.story import Verdict, tell

#: Seeds whose runs together have every accident in both lanes; the two that need seconds of rabbitmqctl have one.
SAMPLE = [
    (seed, LANES[seed % 2], accident)
    for seed, accident in enumerate(each for each in ACCIDENTS if each not in {"none", "disk alarm"})
]
#: Which accident shows which mistake, and how many runs it may take; half of them would do.
MISTAKES: list[tuple[Bug, str]] = [
    ("ack before effect", "everybody killed"),
    ("confirm ignored", "producer cut"),
    ("no inbox", "consumer cut"),
]
A_FEW_DOZEN = 36


@pytest.fixture(scope="module")
def node() -> Iterator[PrivateNode]:
    """A node that may be killed."""
    with own_node(paths.home() / "soak-sample") as node:
        yield node


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "lane", "accident"), SAMPLE)
def test_whatever_happens_nothing_is_lost_and_nothing_is_done_twice(seed, lane, accident, node, tmp_path):
    """One run of each accident, the lanes in turn."""
    verdict = tell(node, Case.draw(seed, lane=lane, accident=accident), tmp_path)
    assert verdict.violations == (), f"{line(verdict)}\n{logs(tmp_path)}"
    assert verdict.tally.confirmed + verdict.tally.unknown == len(verdict.case.scripts)
    assert verdict.tally.strikes >= 1


@pytest.mark.slow
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(("bug", "accident"), MISTAKES)
def test_a_planted_mistake_is_found_within_a_few_dozen_runs(bug, accident, lane, node, tmp_path):
    """A soak that never fails proves nothing."""
    found: Verdict | None = None
    for seed in range(A_FEW_DOZEN):
        verdict = tell(node, Case.draw(seed, lane=lane, accident=accident, bug=bug), tmp_path)
        if verdict.violations:
            found = verdict
            break
    assert found is not None
    expected = "done more than once" if bug == "no inbox" else "confirmed, and neither done nor parked"
    assert found.violations[0].startswith(expected)


def test_a_seed_draws_the_same_story_again():
    """Otherwise the command in the report would tell another one."""
    assert Case.draw(7) == Case.draw(7)
    drawn = [Case.draw(seed) for seed in range(300)]
    assert {case.accident for case in drawn} == set(ACCIDENTS)
    assert {case.lane for case in drawn} == set(LANES)
    assert sum("broker killed" in case.accident for case in drawn) <= 15


@pytest.mark.slow
def test_an_interrupted_soak_reports_and_leaves_nobody_behind(tmp_path):
    """Its node, its producers and its consumers end with it: within ten seconds, on a busy machine within thirty."""
    environment = os.environ | {"LABS_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "tests.soak", "--runs", "100", "--accident", "none"]
    with subprocess.Popen(
        command, cwd=paths.project_root(), env=environment, stdout=subprocess.PIPE, text=True
    ) as soak:
        assert soak.stdout is not None
        heard = [soak.stdout.readline() for _ in range(2)]
        soak.send_signal(signal.SIGINT)
        rest = soak.communicate(timeout=30)[0]
    assert heard[1].startswith("✓")
    assert "as far as it went" in rest
    assert soak.returncode == 1
    assert processes_with(str(tmp_path)) == []


def processes_with(word: str) -> list[str]:
    """The command lines of processes that carry this word, or hold it in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if word.encode() in said and int(process.name) != os.getpid():
            found.append(said[:200].decode(errors="replace"))
    return found


def logs(folder: Path) -> str:
    """What the processes of the run said."""
    return json.dumps({file.name: file.read_text()[-2000:] for file in folder.glob("*.log")}, indent=1)
