"""A shop in a process of its own, for the benchmark: prints where it is, and ends when its input ends."""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path

from labs.broker.address import Broker
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings

PASSWORD = "bench"


def shop_runs() -> list[str]:
    """What runs in this process."""
    return list(json.loads(sys.argv[4]).get("only") or ["web"])


def main() -> None:
    """`vhost folder settings-as-json more-as-json`; the broker comes by `LABS_AMQP_URL`: it holds a password."""
    vhost, home, settings = sys.argv[1:4]
    broker = Broker.from_urls(os.environ["LABS_AMQP_URL"], os.environ["LABS_MANAGEMENT_URL"])
    with OrderSystem(
        broker,
        vhost=vhost,
        home=Path(home),
        admin_password=PASSWORD,
        settings=OrderSettings(**json.loads(settings)),
        **json.loads(sys.argv[4]),
    ) as shop:
        gc.collect()
        gc.freeze()  # as `labs serve` does
        print(json.dumps({"url": shop.url if "web" in shop_runs() else None}), flush=True)
        for line in sys.stdin:
            if line.strip() == "status":
                print(json.dumps(shop.status()), flush=True)


if __name__ == "__main__":
    main()
