"""`python -m labs serve`: the order-notification system, running until you press Ctrl-C."""

from __future__ import annotations

import gc
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from labs import paths
from labs.broker.ensure import ensure_broker
from labs.broker.management import Management
from labs.orders.parts import RELAY, WEB
from labs.orders.running import OrderSystem
from labs.orders.services import SERVICES
from labs.orders.settings import OrderSettings
from labs.sync.stopping import until_stopped

#: All readers at once, for `--only`.
WORKERS = "workers"


def serve(
    port: Annotated[
        int | None, typer.Option(help="Port of the web server; 0 takes a free one.", show_default="3001")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Run only this part: web, relay, workers, or one reader by name. May be given more than once; "
            "all parts share the database and the broker.",
            show_default="everything",
        ),
    ] = None,
) -> None:
    """Run the order system: checkout page, dashboard, relay, and every service."""
    console = Console(highlight=False, soft_wrap=True)
    parts = _parts(only or [])
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
        readers=tuple(SERVICES),
        only=parts,
        port=settings.port if port is None else port,
        settings=settings,
    )
    with shop:
        gc.collect()
        gc.freeze()  # what lives as long as the shop: looking through it again and again would stop everybody
        if parts is None or WEB in parts:
            _introduce(console, shop, home)
        else:
            console.print(f"Running: {', '.join(sorted(parts))}.")
        console.print(f"  Broker      {broker.management_url}  (user {broker.user}, vhost {settings.vhost})")
        console.print("Ctrl-C stops it.")
        until_stopped(finish)
        console.print("Stopping…")  # a matter of seconds, so a second Ctrl-C need not hurry it
    console.print("Stopped. Orders and events are kept in the database and in the broker.")


def _parts(only: list[str]) -> set[str] | None:
    """What runs in this process; None: everything. A name that nobody has is said at once."""
    known = {WEB, RELAY, WORKERS, *SERVICES}
    if unknown := sorted(set(only) - known):
        raise typer.BadParameter(f"there is no {unknown[0]!r}; choose from {', '.join(sorted(known))}.")
    parts = {name for name in only if name != WORKERS}
    return (parts | set(SERVICES) if WORKERS in only else parts) or None


def _introduce(console: Console, shop: OrderSystem, home: Path) -> None:
    console.print("The shop is open.")
    console.print(f"  Checkout    {shop.checkout_url}")
    console.print(f"  Dashboard   {shop.dashboard_url}")
    if shop.keeps_mail:
        console.print(f"  Mailbox     {shop.dashboard_url}#mails")
    console.print(f"  Metrics     {shop.url}/metrics")
    if shop.new_password is not None:
        console.print(f"  Password    {shop.new_password}   for the dashboard; shown only this once")
    else:
        console.print(f"  Password    as before. A new one: stop, delete {home / 'admin.json'}, serve again")
