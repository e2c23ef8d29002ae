"""Many stories of the shop, one after the other, on the soak's own broker and a PostgreSQL of its own."""

# ruff: noqa: T201 - a command prints
from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labs.bootstrap.postgres import find_postgres
from labs.broker.node import PrivateNode
from tests.orders.postgres import Cluster, cluster
from tests.soak.shop_case import CUTS, DATABASES, ShopCase
from tests.soak.shop_story import ShopVerdict, line, table, tell


def tell_all(node: PrivateNode, *, cuts: int, seed: int, folder: Path, told: list[ShopVerdict]) -> None:
    """Tell stories until there were so many cuts, print how each ended, and add it to `told`.

    `folder` keeps those that went wrong.
    """
    if not cuts:
        return
    with databases() as (server, there):
        print(f"\nThe whole shop: {cuts} cuts from seed {seed}, on {' and '.join(there)}", flush=True)
        for number in range(seed, seed - (-cuts // CUTS)):
            place = folder / f"shop-{number}"
            shutil.rmtree(place, ignore_errors=True)
            told.append(tell(node, server, ShopCase.draw(number, databases=there), place))
            print(line(told[-1]), flush=True)
            if not told[-1].violations:
                shutil.rmtree(place, ignore_errors=True)


@contextmanager
def databases() -> Iterator[tuple[Cluster | None, tuple[str, ...]]]:
    """A private PostgreSQL, where it is installed; and the kinds of databases that there are."""
    if find_postgres() is None:
        yield None, DATABASES[:1]
        return
    with cluster() as server:
        yield server, DATABASES


def verdict_of(told: list[ShopVerdict], *, cuts: int, folder: Path) -> int:
    """The table, the last words, and the exit code."""
    print(f"\n{table(told)}")
    if failed := [each for each in told if each.violations]:
        seed = failed[0].case.seed
        print(f"{len(failed)} of {len(told)} stories broke a promise. The first is seed {seed}.")
        print(
            f"Again: python -m labs soak --runs 0 --cuts {CUTS} --seed {seed}\nIts log: {folder / f'shop-{seed}'}"
        )
        return 1
    complete = sum(len(each.struck) for each in told) >= cuts
    print(
        f"Every order notified, every effect once, every book in balance{'.' if complete else ', as far as it went.'}"
    )
    return 0 if complete else 1
