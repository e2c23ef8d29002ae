"""What one run stands on: a vhost, two lines that can be broken, and the processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from labs.broker.faults import Proxy
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.broker.vhosts import clean_vhost, drop_vhost
from labs.errors import LabsError
from labs.sync.connection import connect
from labs.sync.declare import declare
from tests.soak.case import Case
from tests.soak.job import Job
from tests.soak.ledger import Ledger
from tests.soak.programs import Program

#: A broker that is killed in the very second of a declaration may come back with half of it: a quorum queue that
#: never confirms (seen on 3.10). Programs declare long before; so do we, by this many seconds.
ON_DISK_S = 3.0


@dataclass(slots=True, kw_only=True)
class Scene:
    """Everything that an accident can happen to."""

    case: Case
    node: PrivateNode
    vhost: str
    management: Management
    ledger: Ledger
    to_producer: Proxy
    to_consumers: Proxy
    producer: Program
    consumers: list[Program]
    #: How often accidents have killed a process or the broker, cut, closed…, for the report.
    struck: int = field(default=0)


@contextmanager
def scene(node: PrivateNode, case: Case, folder: Path) -> Iterator[Scene]:
    """The stage, with everybody on it; swept afterwards, whatever happened."""
    vhost = f"soak.{case.seed}"
    undo: list[Callable[[], object]] = []
    broker, lane = node.broker, import_module(f"tests.soak.{case.lane}_programs")
    try:
        management = Management(broker)
        undo.append(management.close)
        clean_vhost(management, vhost)
        undo.append(lambda: drop(management, vhost))
        with connect(broker.url(vhost), name="declares") as connection:
            declare(connection, case.topology)
        if case.accident == "broker killed":
            time.sleep(ON_DISK_S)
        lines = Proxy(broker), Proxy(broker)
        undo += [line.close for line in lines]
        path, log = folder / f"{case.seed}.sqlite", folder / f"{case.seed}.log"
        for old in folder.glob(f"{case.seed}.*"):
            old.unlink()
        ledger = Ledger(path, new=True)
        undo.append(ledger.close)
        jobs = [Job(case=case, ledger=path, url=line.broker.url(vhost)) for line in lines]
        consumers: list[Program] = []
        for number in range(case.consumers):
            consumers.append(Program(f"consumer-{number}", lane.consume, jobs[1], log))
            undo.append(consumers[-1].end)
        producer = Program("producer", lane.produce, jobs[0], log)
        undo.append(producer.end)
        yield Scene(
            case=case,
            node=node,
            vhost=vhost,
            management=management,
            ledger=ledger,
            to_producer=lines[0],
            to_consumers=lines[1],
            producer=producer,
            consumers=consumers,
        )
    finally:
        for step in reversed(undo):
            step()


def drop(management: Management, vhost: str) -> None:
    """A broker that is down has nothing to be dropped; the next soak begins with an empty one."""
    try:
        drop_vhost(management, vhost)
    except LabsError:
        return
