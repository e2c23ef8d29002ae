"""What a story of the shop stands on: a vhost, a line that can be broken, the world outside, and the processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from labs.broker.faults import Proxy
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.broker.vhosts import clean_vhost
from labs.course.chaos import program
from labs.course.chaos.audit import Audit, audit
from labs.course.chaos.part import ShopPart
from labs.course.chaos.rest import parked
from labs.course.chaos.world import World
from labs.orders.store.database import Database
from tests.orders.postgres import Cluster
from tests.soak.scene import drop
from tests.soak.shop_case import SPLITS, ShopCase
from tests.soak.shop_customers import DECLINE_OVER, FIRST_STOCK, PASSWORD, People

#: Where the planted mistakes are.
BUGS = Path(__file__).parent / "bugs"


@dataclass(slots=True, kw_only=True)
class ShopScene:
    """Everything that a cut can happen to. `struck`: what really happened, by kind."""

    case: ShopCase
    node: PrivateNode
    cluster: Cluster | None
    vhost: str
    management: Management
    line: Proxy
    world: World
    address: str
    database: Database
    parts: list[ShopPart]
    people: People
    struck: list[str] = field(default_factory=list)
    #: Whether something happened after which a mail, an SMS or a webhook call may come again.
    may_repeat: int = 0

    def audit(self) -> Audit:
        """As it stands now."""
        return audit(
            self.database,
            set(self.people.accepted.values()),
            world=self.world,
            parked=parked(self.node.broker, self.vhost),
        )

    def queued(self) -> dict[str, int]:
        """The queues that hold messages, ready or in somebody's hands; parking lots aside."""
        rows = self.management.queues(self.vhost)
        counts = {str(row["name"]): int(row.get("messages", -1)) for row in rows}
        return {name: count for name, count in counts.items() if count and not name.endswith(".parked")}

    def host(self, part: str) -> ShopPart:
        """The process in which this part runs; `workers` is any reader."""
        return next(
            each for each in self.parts if part in each.only or (part == "workers" and len(each.only) > 1)
        )


@contextmanager
def shop_scene(
    node: PrivateNode, cluster: Cluster | None, case: ShopCase, folder: Path
) -> Iterator[ShopScene]:
    """The stage, with the shop open and people in it; swept afterwards, whatever happened."""
    vhost = f"shop.{case.seed}"
    with ExitStack() as stack:
        management = stack.enter_context(Management(node.broker))
        clean_vhost(management, vhost)
        stack.callback(drop, management, vhost)
        address = str(folder / "shop.sqlite")
        if case.database == "postgresql":
            assert cluster is not None
            address = stack.enter_context(cluster.fresh())
        database = Database.open(address)
        stack.callback(database.close)
        world = stack.enter_context(World(decline_over=DECLINE_OVER))
        world.listen(database)
        line = stack.enter_context(Proxy(node.broker))
        settings = world.settings | {
            "database": address, "first_stock": str(FIRST_STOCK), "rate_per_s": "0",
            "relay_poll_s": "0.1", "lease_s": "2",
        }  # fmt: skip
        parts = [
            ShopPart(
                line.broker, vhost=vhost, home=folder, only=only, settings=settings, admin_password=PASSWORD,
                program=str(BUGS / f"{case.bug}.py") if case.bug else program.__file__,
            )
            for only in SPLITS[case.split]
        ]  # fmt: skip
        for part in parts:
            stack.callback(part.__exit__)
            part.begin()
        for part in parts:
            part.start()
        people = People(next(part for part in parts if "web" in part.only).url, database, seed=case.seed)
        stack.callback(people.finish, 0)
        people.start()
        yield ShopScene(
            case=case, node=node, cluster=cluster, vhost=vhost, management=management, line=line, world=world,
            address=address, database=database, parts=parts, people=people,
        )  # fmt: skip
