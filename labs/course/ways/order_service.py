"""The order service: `POST /` stores an order, tells whoever must hear of it, and answers.

The rule: store first. What `tell` does with the time of the customer, and with his order when it fails, is the
question of the lesson. The server has a thread of its own, and each request has one, too.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labs.orders.stand_ins.server import HttpServer

#: What tells the office of an order; the only part of this service that the ways do not share.
Tell = Callable[[dict[str, Any]], object]


class OrderService:
    """Serves at `url` until the end of its `with` block; its database is `folder/orders.sqlite`."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._tell, self._turn = tell, Lock()
        self._database = sqlite3.connect(folder / "orders.sqlite", check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")  # who reads does not wait for who writes
        self._database.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, customer TEXT)")
        #: When each order was stored and its telling began, on the clock of `time.monotonic`.
        self.told_s: dict[int, float] = {}
        self._server = HttpServer(
            Starlette(routes=[Route("/", self._post, methods=["POST"])]), name="order service"
        )
        self.url = self._server.url

    def take(self, order: dict[str, Any]) -> None:
        """Store, then tell. When this returns, the customer has his answer: 201."""
        with self._turn, self._database:  # one at a time; the end of the block is the commit
            self._database.execute("INSERT INTO orders VALUES (:orderId, :customerName)", order)
        self.told_s[order["orderId"]] = time.monotonic()
        self._tell(order)

    @property
    def stored(self) -> int:
        """How many orders are in the database."""
        with self._turn:
            return int(self._database.execute("SELECT count(*) FROM orders").fetchone()[0])

    async def _post(self, request: Request) -> Response:
        try:
            await asyncio.to_thread(self.take, await request.json())
        except Exception:  # noqa: BLE001 - as every framework does with what nobody has caught
            return Response(status_code=500)
        return Response(status_code=201)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._database.close()
