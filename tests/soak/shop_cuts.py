"""The cuts: what each ends, and how it comes back. Nobody is told beforehand, and nobody mends anything by hand.

A process that died is started again, as a supervisor would. The network, the broker and the database come back by
themselves. All the time people order.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

from labs.broker.faults import close_connections
from labs.course.chaos.part import ShopPart
from labs.course.chaos.points import POINTS
from labs.errors import BrokerRefused, WaitTimeout
from labs.orders.services import OUTSIDE
from tests.soak.shop_case import Cut
from tests.soak.shop_scene import ShopScene

#: How long a part may take to get to its point, in seconds: an order must come, and go as far as there.
REACH_S = 120.0
#: A process that is not ours, and keeps SQLite's write lock for so many seconds.
LOCKER = """\
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
db.execute("ROLLBACK")
"""
#: SQLite's writers wait for 5 s before they give up: shorter and longer locks are different accidents.
LOCKED_S = (1.0, 7.0)


def strike(scene: ShopScene, cut: Cut) -> None:
    """Let it happen, once, and let it be over."""
    time.sleep(cut.after_s)
    what = {
        "killed at any moment": _kill,
        "network cut": _cut,
        "network stalled": _stall,
        "database lost": _lose_database,
        "broker killed": _kill_broker,
        "forced close": _close,
    }
    what.get(cut.kind, _die)(scene, cut)
    scene.struck.append(cut.kind)


def _die(scene: ShopScene, cut: Cut) -> None:
    victim = scene.host(POINTS[cut.kind].part)
    victim.arm(cut.kind, cut.nth)
    try:
        code = victim.wait_dead(REACH_S)
    except WaitTimeout:
        seen = f"nobody got to {cut.kind} in {REACH_S:g} s; {'; '.join(victim.lines[-3:])}"
        raise WaitTimeout(awaited="a crash", seen=seen) from None
    assert (code, victim.died_at) == (-signal.SIGKILL, cut.kind)
    _again(scene, cut, victim)


def _kill(scene: ShopScene, cut: Cut) -> None:
    victim = scene.parts[cut.dice % len(scene.parts)]
    assert victim.kill() == -signal.SIGKILL
    _again(scene, cut, victim)


def _again(scene: ShopScene, cut: Cut, victim: ShopPart) -> None:
    scene.may_repeat += bool({reader.name for reader in OUTSIDE} & set(victim.only))
    time.sleep(cut.lasts_s / 2)
    victim.start()


def _cut(scene: ShopScene, cut: Cut) -> None:
    scene.line.refuse()
    scene.line.cut()
    time.sleep(cut.lasts_s)
    scene.line.accept()


def _stall(scene: ShopScene, cut: Cut) -> None:
    """Nothing passes for a while; then the line is cut with whatever was held in it, or goes on."""
    scene.line.stall("from_broker" if cut.dice % 3 == 0 else None)
    time.sleep(cut.lasts_s)
    if cut.dice % 2:
        scene.line.cut()
    scene.line.resume()


def _close(scene: ShopScene, _: Cut) -> None:
    with suppress(WaitTimeout, BrokerRefused):
        close_connections(scene.management, vhost=scene.vhost, reason="an accident", within_s=6.0)


def _kill_broker(scene: ShopScene, cut: Cut) -> None:
    scene.node.kill()
    time.sleep(cut.lasts_s)
    scene.node.start()


def _lose_database(scene: ShopScene, cut: Cut) -> None:
    scene.may_repeat += 1
    if scene.cluster is None or scene.case.database == "sqlite":
        seconds = random.Random(cut.dice).uniform(*LOCKED_S)  # noqa: S311 - it decides nothing that must be secret
        lock = [sys.executable, "-c", LOCKER, scene.address, str(seconds)]
        subprocess.run(lock, check=True, capture_output=True, timeout=60)
    elif cut.dice % 2:
        scene.cluster.cut(scene.address)
    else:
        scene.cluster.crash(away_s=cut.lasts_s)
