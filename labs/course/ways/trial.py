"""A trial: customers place orders one after the other, and the clock runs until the office has heard of each.

Customer, order service and office talk by real sockets; only the customers and the order service share a process.
The times of a trial are this machine's, now. What a lesson says of them must hold on a slower one, too.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from labs.course.ways.office import Office
from labs.course.ways.order_service import OrderService, Tell
from labs.course.ways.result import Trial, Trip
from labs.errors import WaitTimeout

#: The number of the first order; how long an office may take to hear of the last one, in seconds.
FIRST, PATIENCE_S = 42, 20.0
#: The name of each way, with its line of the order service and its office.
Ways = Mapping[str, tuple[Tell, Office]]


class Run:
    """An order service and its offices while they run; `place` is the customer."""

    def __init__(self, service: OrderService, offices: Sequence[Office], customer: httpx.Client) -> None:
        self.service, self.offices, self._customer = service, offices, customer
        self.trips: list[Trip] = []

    def place(self) -> Trip:
        """One order, and the wait for its answer."""
        number, began_s = FIRST + len(self.trips), time.monotonic()
        answer = self._customer.post("/", json={"orderId": number, "customerName": "Ahmed"})
        trip = Trip(number=number, began_s=began_s, answered_s=time.monotonic(), status=answer.status_code)
        self.trips.append(trip)
        return trip

    def wait_until_heard(self, number: int) -> None:
        """Until every office has heard of this order. Raises `WaitTimeout`."""
        deadline = time.monotonic() + PATIENCE_S
        while not all(number in office.heard for office in self.offices):
            if time.monotonic() > deadline:
                raise WaitTimeout(
                    awaited=f"each office to hear of order {number}", seen=str(self.result().heard)
                )
            time.sleep(0.005)

    def result(self) -> Trial:
        """What has come of it so far."""
        heard, asked = [office.heard for office in self.offices], [office.asked for office in self.offices]
        return Trial(
            trips=self.trips, told_s=self.service.told_s, heard=heard, asked=asked, stored=self.service.stored
        )  # fmt: skip


@contextmanager
def running(folder: Path, tell: Tell, *offices: Office) -> Iterator[Run]:
    """An order service that tells in this way, with an empty database, and its offices, ready to hear."""
    shutil.rmtree(folder, ignore_errors=True)
    with ExitStack() as stack:
        service = stack.enter_context(OrderService(folder, tell))
        for office in offices:
            stack.callback(office.stop)
            office.start(folder)
        for office in offices:
            office.wait_until_ready()
        yield Run(
            service, offices, stack.enter_context(httpx.Client(base_url=service.url, timeout=PATIENCE_S))
        )


@contextmanager
def all_running(folder: Path, ways: Ways) -> Iterator[dict[str, Run]]:
    """The same for several ways at once, each with a database and an order service of its own."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(running(folder / str(place), tell, office))
            for place, (name, (tell, office)) in enumerate(ways.items())
        }


def side_by_side(folder: Path, ways: Ways, *, orders: int) -> dict[str, Trial]:
    """So many orders in each way, in turn, so that the machine is as busy for one way as for the others."""
    with all_running(folder, ways) as runs:
        for _ in range(orders):
            for run in runs.values():
                run.place()
        for run in runs.values():
            run.wait_until_heard(run.trips[-1].number)
        return {name: run.result() for name, run in runs.items()}


def trial(folder: Path, tell: Tell, *offices: Office, orders: int, pause_s: float = 0) -> Trial:
    """Place so many orders one by one, `pause_s` seconds apart, and wait until every office has heard of each."""
    with running(folder, tell, *offices) as run:
        for _ in range(orders):
            last = run.place()
            time.sleep(pause_s)
        run.wait_until_heard(last.number)
        return run.result()


def first_order(folder: Path, tell: Tell) -> tuple[int, int]:
    """One order, and no office anywhere: what the customer is answered, and how many orders are stored then."""
    with running(folder, tell) as run:
        return run.place().status, run.service.stored


def two_services(folder: Path, near: Tell, far: Tell, office: Office, orders: int) -> int:
    """Half of the orders come to one order service, half to another one; of how many the office hears."""
    with running(folder / "near", near, office) as one, running(folder / "far", far) as two:
        for _ in range(orders // 2):
            two.place()
            one.place()  # the last order is one that the office can hear of
        one.wait_until_heard(one.trips[-1].number)
        return office.times
