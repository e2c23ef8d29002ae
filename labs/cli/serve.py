"""`python -m labs serve`: the order-notification system, running until you press Ctrl-C."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from labs import paths
from labs.broker.address import Broker
from labs.broker.ensure import ensure_broker
from labs.broker.management import Management
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings


def serve(
    port: Annotated[
        int | None, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", show_default="3001")
    ] = None,
) -> None:
    """Run the order system: checkout page, dashboard, relay and feed."""
    console = Console(highlight=False, soft_wrap=True)
    settings = OrderSettings()
    with console.status("Looking for a broker…"):
        broker = ensure_broker()
        with Management(broker) as management:
            management.put_vhost(settings.vhost)
    # Held from before the shop starts: a Ctrl-C in that second must find the same orderly way out.
    finish = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: finish.set())
    home = paths.home() / "orders"
    shop = OrderSystem(
        broker,
        vhost=settings.vhost,
        home=home,
        port=settings.port if port is None else port,
        settings=settings,
    )
    with shop:
        _introduce(console, shop, broker, home)
        finish.wait()
        console.print("Stopping…")  # a matter of seconds, so a second Ctrl-C need not hurry it
    console.print("Stopped. Orders and events are kept in the database and in the broker.")


def _introduce(console: Console, shop: OrderSystem, broker: Broker, home: Path) -> None:
    console.print("The shop is open.")
    console.print(f"  Checkout    {shop.checkout_url}")
    console.print(f"  Dashboard   {shop.dashboard_url}")
    console.print(f"  Broker      {broker.management_url}  (user {broker.user}, vhost {shop.settings.vhost})")
    if shop.new_password is not None:
        console.print(f"  Password    {shop.new_password}   for the dashboard; shown only this once")
    else:
        console.print(f"  Password    as before. A new one: stop, delete {home / 'admin.json'}, serve again")
    console.print("Ctrl-C stops it.")
