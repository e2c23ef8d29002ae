"""The shop in pieces that can crash: parts, points and the audit, on a real broker."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Executable, delete, insert, select, update

from labs.broker.address import Broker
from labs.course.chaos.audit import PROMISES, Audit, audit
from labs.course.chaos.doom import Doom
from labs.course.chaos.part import ALL_NAMES, ShopPart
from labs.course.chaos.points import POINTS
from labs.course.chaos.rest import await_rest, parked, queued
from labs.course.chaos.world import World
from labs.errors import LabsError
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.store.database import Database
from labs.orders.store.saga_tables import sagas, stock
from labs.orders.store.tables import feed, inbox, orders, outbox
from labs.orders.store.view_tables import trends
from labs.orders.web.client import ShopClient
from tests.orders.conftest import AHMED

WHOLE_ORDER = AHMED | {"email": "ahmed@example.com", "urgent": True}


@dataclass
class Town:
    """A shop, its customers and the world around it."""

    broker: Broker
    vhost: str
    home: Path
    world: World
    database: Database
    accepted: list[int] = field(default_factory=list)

    def part(self, *only: str, dies: str | None = None) -> ShopPart:
        """Some parts of it, not started yet."""
        told = self.world.settings | {"relay_poll_s": "0.1", "lease_s": "2"}
        return ShopPart(self.broker, vhost=self.vhost, home=self.home, only=only, dies=dies, settings=told)

    def order(self, web: ShopPart, key: str) -> bool:
        """Ahmed orders; False when he got no answer."""
        with suppress(httpx.TransportError):
            client = ShopClient(web.url)
            self.accepted.append(client.place(WHOLE_ORDER, key=key)["id"])
            return True
        return False

    def audit(self) -> Audit:
        """As it stands now."""
        return audit(self.database, self.accepted, world=self.world, parked=parked(self.broker, self.vhost))

    def at_rest(self) -> Audit:
        """When nothing moves any more."""
        return await_rest(self.audit, lambda: sum(queued(self.broker, self.vhost).values()), within_s=60)


@pytest.fixture
def town(broker: Broker, vhost: str, tmp_path: Path) -> Iterator[Town]:
    """Everything but the shop itself, which a test starts in parts."""
    database = Database.open(tmp_path / "shop.sqlite")
    with World() as world:
        world.listen(database)
        yield Town(broker, vhost, tmp_path, world, database)
    database.close()


#: The four crashes that the course speaks of; `tests/soak` has all points, on both databases.
CRASHES = ("web.committed", "relay.confirmed", "reader.effect", "email.called")


@pytest.mark.slow
def test_killed_between_two_steps_the_shop_is_whole_again(town: Town) -> None:
    """One crash after the other in one shop; every one is a real SIGKILL, and nobody mends anything."""
    web, relay, workers = town.part("web"), town.part("relay"), town.part(*ALL_NAMES)
    parts = {"web": web, "relay": relay}
    with web, relay, workers:
        for dies in CRASHES:
            victim = parts.get(POINTS[dies].part, workers)
            victim.arm(dies)
            answered = town.order(web, dies)
            assert (victim.wait_dead(60), victim.died_at) == (-signal.SIGKILL, dies)
            assert not victim.alive
            victim.start()
            assert answered or town.order(web, dies)
        report = town.at_rest()
        assert report.whole, report.sentences()
        assert (report.accepted, report.orders, report.unheard) == (4, 4, ())
        # What was in hand when the channels' process died has gone out again: that is the honest bound.
        assert report.repeated["email"] >= 1
        assert set(report.repeated) <= {"email", "sms", "webhooks"}
        assert [part.stop() for part in (web, relay, workers)] == [0, 0, 0]


#: How a database looks after a fault that must never happen, and which promise the audit then calls broken.
FAULTS: dict[str, Executable] = {
    "kept": delete(orders),
    "published": update(outbox).values(sent_at=None),
    "notified": delete(feed),
    "once": insert(feed).from_select(
        ["event", "payload", "received_at"], select(feed.c.event, feed.c.payload, feed.c.received_at)
    ),
    "read": delete(inbox).where(inbox.c.consumer == "saga"),
    "counted": update(trends).values(orders=trends.c.orders + 1),
    "saga": update(sagas).values(state="reserved"),
    "stock": update(stock).values(reserved=stock.c.reserved + 1),
    "money": update(orders).values(total_centimes=1),
}


def test_the_audit_names_the_promise_that_is_broken(town: Town) -> None:
    """An audit that is always content proves nothing: here every promise is broken once, and found."""
    told = OrderSettings(**town.world.settings)  # type: ignore[arg-type]
    with OrderSystem(town.broker, vhost=town.vhost, home=town.home, readers=ALL_NAMES, settings=told) as shop:
        town.accepted.append(shop.place(WHOLE_ORDER)["id"])
        assert town.at_rest().sentences() == []
    for promise, fault in FAULTS.items():
        copy = town.home / f"{promise}.sqlite"
        with (
            closing(sqlite3.connect(town.home / "shop.sqlite")) as here,
            closing(sqlite3.connect(copy)) as there,
        ):
            here.backup(there)
        database = Database.open(copy)
        with database.write() as connection:
            connection.execute(fault)
        report = audit(database, town.accepted, world=town.world)
        database.close()
        assert promise in report.broken
        assert any(PROMISES[promise] in said for said in report.sentences())
    world = town.world
    world.bank.intents |= {f"{name}-again": intent for name, intent in world.bank.intents.items()}
    world.receiver.events.clear()
    seen = audit(town.database, town.accepted, world=world, parked={"sms.urgent.parked": 1})
    assert set(seen.broken) == {"told", "paid once", "money", "parked"}


@pytest.mark.slow
def test_a_part_ends_with_its_parent(town: Town) -> None:
    """A kernel that is killed closes the pipe, and the part goes with it, though nobody told it to."""
    relay = town.part("relay").start()
    life = relay._life
    assert life is not None
    assert life.process.stdin is not None
    life.process.stdin.close()
    assert relay.wait_dead(30) == -signal.SIGKILL


def test_what_does_not_exist_is_said_at_once(town: Town) -> None:
    """A spelling mistake must not become a test in which nothing dies."""
    with pytest.raises(LabsError, match=r"no point 'relay\.confirm'"):
        town.part("relay", dies="relay.confirm")
    with pytest.raises(LabsError, match="not started"):
        _ = town.part("relay").pid
    with pytest.raises(LabsError, match="no web server"):
        _ = town.part("relay").url


def test_every_point_wraps_a_function_that_is_there() -> None:
    """They are named by text, so a new name in the shop would unhook one in silence."""
    for name, point in POINTS.items():
        assert name == point.name
        assert callable(getattr(point.owner, point.function)), name
        assert point.part in {"web", "relay", "workers", *ALL_NAMES}


def test_a_doom_counts_the_times_and_strikes_once(capfd: pytest.CaptureFixture[str]) -> None:
    """The third time it is at the armed point, and at no other."""
    ended: list[int] = []
    doom = Doom(lambda: ended.append(1))
    doom.arm("relay.claimed", 3)
    for name in ["relay.claimed", "web.committed", "relay.claimed", "relay.claimed", "relay.claimed"]:
        doom.reached(name)
    assert ended == [1]
    assert capfd.readouterr().out == '{"dies": "relay.claimed"}\n'
