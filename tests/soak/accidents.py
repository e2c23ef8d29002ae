"""The accidents: what each does to the scene, at its moment. Whatever it breaks can be whole again afterwards.

Nobody is told beforehand. A process that was killed is started again, as a supervisor would; a broken line can
be made again at once; a broker that was killed comes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from labs.broker.faults import Proxy, close_connections, disk_alarm, frozen, memory_alarm
from labs.errors import BrokerRefused, WaitTimeout
from tests.soak.programs import Program
from tests.soak.scene import Scene


def strike(scene: Scene) -> None:
    """Let the case's accident happen, once."""
    WHAT[scene.case.accident](scene)
    scene.struck += 1


def _kill(scene: Scene, *programs: Program) -> None:
    for program in programs:
        if program.exit_code is None:
            program.kill()
    time.sleep(scene.case.lasts_s / 2)
    for program in programs:
        # A producer that had finished stays so; one that was killed goes on where its ledger says.
        if program.exit_code != 0:
            program.again()


def _stall(scene: Scene, *lines: Proxy, answers_only: bool = False) -> None:
    """Nothing passes for a while; then the line is cut, with whatever was held in it, or goes on."""
    for line in lines:
        line.stall("from_broker" if answers_only else None)
    time.sleep(scene.case.lasts_s)
    for line in lines:
        if scene.case.seed % 2:
            line.cut()
        line.resume()


def _close(scene: Scene) -> None:
    try:
        close_connections(scene.management, vhost=scene.vhost, reason="an accident", within_s=3.0)
    except (WaitTimeout, BrokerRefused):
        return  # nobody was there, or somebody left at that very moment: then the API answers 500


def _kill_broker(scene: Scene) -> None:
    scene.node.kill()
    time.sleep(scene.case.lasts_s)
    scene.node.start()


def _freeze(scene: Scene) -> None:
    with frozen(scene.node):
        time.sleep(scene.case.lasts_s)


def _memory(scene: Scene) -> None:
    with memory_alarm(scene.node):
        time.sleep(scene.case.lasts_s)


def _disk(scene: Scene) -> None:
    with disk_alarm(scene.node):
        time.sleep(scene.case.lasts_s)


WHAT: dict[str, Callable[[Scene], object]] = {
    "none": lambda scene: None,
    "producer killed": lambda scene: _kill(scene, scene.producer),
    "consumer killed": lambda scene: _kill(scene, scene.consumers[0]),
    "everybody killed": lambda scene: _kill(scene, scene.producer, *scene.consumers),
    "producer cut": lambda scene: scene.to_producer.cut(),
    "consumer cut": lambda scene: scene.to_consumers.cut(),
    "line stalled": lambda scene: _stall(scene, scene.to_producer, scene.to_consumers),
    "answers stalled": lambda scene: _stall(scene, scene.to_producer, scene.to_consumers, answers_only=True),
    "forced close": _close,
    "broker frozen": _freeze,
    "memory alarm": _memory,
    "disk alarm": _disk,
    "broker killed": _kill_broker,
}
