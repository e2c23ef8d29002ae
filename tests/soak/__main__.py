"""The soak itself; ``python -m labs soak`` starts it. Exit code 0: nothing lost, nothing twice. 1: something was."""

# ruff: noqa: T201 - a command prints
from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labs import paths
from labs.broker.node import PrivateNode
from labs.cli.signals import signals_as_ctrl_c
from labs.errors import LabsError
from tests.soak import shop_run
from tests.soak.case import ACCIDENTS, BUGS, LANES, Case
from tests.soak.report import again, line, table
from tests.soak.shop_story import ShopVerdict
from tests.soak.story import Verdict, tell


def main() -> int:
    """Tell so many stories, and report."""
    asked = arguments()
    folder = paths.home() / "soak" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    verdicts: list[Verdict] = []
    stories: list[ShopVerdict] = []
    began = time.monotonic()
    with signals_as_ctrl_c():
        try:
            with own_node(paths.home() / "soak" / "node") as node:
                version = node.state.version if node.state else "?"
                print(f"{asked.runs} runs from seed {asked.seed} on RabbitMQ {version}, {node}", flush=True)
                for case in cases(asked):
                    verdicts.append(tell(node, case, folder))
                    print(line(verdicts[-1]), flush=True)
                    if not verdicts[-1].violations:
                        clear(folder, case.seed)
                shop_run.tell_all(node, cuts=asked.cuts, seed=asked.seed, folder=folder, told=stories)
        except KeyboardInterrupt:
            print("\nInterrupted; what has been told so far:", flush=True)
    minutes, seconds = divmod(time.monotonic() - began, 60)
    complete = len(verdicts) == asked.runs * asked.repeat
    print(f"\n{table(verdicts)}\n\n{len(verdicts)} runs in {minutes:.0f} min {seconds:.0f} s")
    codes = [verdict_of(verdicts, complete=complete, folder=folder)]
    if asked.cuts:
        codes.append(shop_run.verdict_of(stories, cuts=asked.cuts, folder=folder))
    return max(codes)


def verdict_of(verdicts: list[Verdict], *, complete: bool, folder: Path) -> int:
    """The last words, and the exit code."""
    if failed := [verdict for verdict in verdicts if verdict.violations]:
        first = failed[0]
        print(f"{len(failed)} of {len(verdicts)} broke a promise. The first is seed {first.case.seed}.")
        print(f"Again: {again(first)}\nIts log: {folder / f'{first.case.seed}.log'}")
        return 1
    print("Nothing lost, nothing twice." if complete else "Nothing lost, nothing twice, as far as it went.")
    return 0 if complete else 1


def cases(asked: argparse.Namespace) -> Iterator[Case]:
    """The runs: seed, seed + 1, …, each so often."""
    for seed in range(asked.seed, asked.seed + asked.runs):
        for _ in range(asked.repeat):
            lane = None if asked.lane == "both" else asked.lane
            yield Case.draw(seed, lane=lane, accident=asked.accident, bug=asked.bug)


@contextmanager
def own_node(home: Path) -> Iterator[PrivateNode]:
    """A node that may be killed, frozen and alarmed: nobody else's. Afterwards it is gone, with its data."""
    node = PrivateNode(home, name="soak")
    try:
        node.kill()  # left over from a soak that was itself killed
        node.reset()
        node.start()
        yield node
    finally:
        node.kill()
        node.reset()


def clear(folder: Path, seed: int) -> None:
    """Forget a run that went well."""
    for file in folder.glob(f"{seed}.*"):
        file.unlink(missing_ok=True)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first run; the next ones count on from it"
    )
    parser.add_argument("--cuts", type=int, default=0, help="of the whole shop, after the runs")
    parser.add_argument("--lane", choices=(*LANES, "both"), default="both")
    parser.add_argument("--accident", choices=tuple(ACCIDENTS), default=None, help="only this one")
    parser.add_argument("--repeat", type=int, default=1, help="tell each story so often")
    parser.add_argument("--bug", choices=BUGS, default="", help="plant a mistake, to see it found")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LabsError as error:
        sys.exit(f"{error}\n→ {error.hint}")
