"""The people of a story: customers who ask until they are answered, and an admin who moves orders on.

A customer sends the same wish with the same `Idempotency-Key` again and again, until there is an answer. So whatever
died in between, one wish is one order, and every order has somebody who knows its number.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from labs.errors import LabsError
from labs.orders.domain.lifecycle import CANCELLED, CONFIRMED, PENDING, SHIPPED
from labs.orders.domain.saga import COMPLETED
from labs.orders.store.database import Database
from labs.orders.store.saga_tables import sagas
from labs.orders.store.tables import orders
from labs.orders.web.client import ShopClient
from labs.orders.web.guard import TOKEN_HEADER

PASSWORD = "open-sesame"
#: The bank declines what costs more, in centimes; the store room has so many pieces of each product at first.
DECLINE_OVER, FIRST_STOCK = 50_000_000, 90
#: How long a customer waits between two orders, each time a little longer, so that a slow machine is not flooded.
PACE_S, LONGER_S = 0.25, 0.05
#: How long a customer waits before asking again, and the admin between two moves.
AGAIN_S, MOVE_S = 0.3, 0.3
PRODUCTS = ("iPhone 15 Pro", "Samsung Galaxy S24", "Casque")


def wish(dice: random.Random) -> dict[str, Any]:
    """An order: some are urgent, some have an address, some cost too much, and some are for more than there is."""
    return {
        "customerName": dice.choice(("Ahmed", "Yasmine", "سارة", "<b>Karim</b>")),
        "productName": dice.choice(PRODUCTS),
        "totalPrice": dice.choice((1_500, 329_000, 329_000, 329_000, 900_000)),
        "quantity": dice.choice((1, 1, 1, 1, 2, 3, 100)),
        "wilaya": dice.choice(("Algiers", "Oran", "31")),
        "phone": "+213 555 123 456",
        "urgent": dice.random() < 0.5,
        **({"email": "someone@example.com"} if dice.random() < 0.7 else {}),
    }


class People:
    """Running from `start` to `finish`. `accepted`: each wish's key, and the order that answered it."""

    def __init__(self, url: str, database: Database, *, seed: int, customers: int = 2) -> None:
        self.accepted: dict[str, int] = {}
        self.asked = self.moves = 0
        #: Answers that must not be.
        self.surprises: list[str] = []
        self._url, self._database, self._seed = url, database, seed
        self._closing, self._gone = threading.Event(), threading.Event()
        self._threads = [
            *(
                threading.Thread(target=self._order, args=(number,), daemon=True)
                for number in range(customers)
            ),
            threading.Thread(target=self._move, daemon=True),
        ]

    def start(self) -> None:
        """Let them come."""
        for thread in self._threads:
            thread.start()

    def finish(self, within_s: float) -> bool:
        """No new wishes; True when all of them were answered, False when somebody still waits."""
        self._closing.set()
        deadline = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
        everybody = not any(thread.is_alive() for thread in self._threads)
        self._gone.set()
        return everybody

    def _order(self, number: int) -> None:
        dice = random.Random(f"{self._seed} {number}")  # noqa: S311 - it decides nothing that must be secret
        client = ShopClient(self._url)
        count = 0
        while not self._closing.wait(PACE_S + count * LONGER_S):
            key, order = f"{self._seed}-{number}-{count}", wish(dice)
            count += 1
            while not self._gone.is_set():
                self.asked += 1
                with suppress(httpx.TransportError, LabsError, ValueError):
                    self.accepted[key] = client.place(order, key=key)["id"]
                    break
                self._gone.wait(AGAIN_S)
        client.close()

    def _move(self) -> None:
        """Look at the books, choose an order that is paid for, and move it on by the API; a few are cancelled."""
        dice, client = random.Random(f"{self._seed} admin"), ShopClient(self._url)  # noqa: S311
        while not self._closing.wait(MOVE_S):
            with suppress(httpx.TransportError, LabsError, SQLAlchemyError, ValueError):
                if (found := self._next(dice)) is not None:
                    self._patch(client, *found)
        client.close()

    def _next(self, dice: random.Random) -> tuple[int, str] | None:
        paid = select(orders.c.id, orders.c.status).join(sagas, sagas.c.order_id == orders.c.id)
        open_ = paid.where(sagas.c.state == COMPLETED, orders.c.status.in_((PENDING, CONFIRMED)))
        with self._database.read() as connection:
            rows = connection.execute(open_.order_by(orders.c.id.desc()).limit(10)).all()
        if not rows:
            return None
        row = dice.choice(rows)
        onward = SHIPPED if row.status == CONFIRMED else CONFIRMED
        return row.id, CANCELLED if dice.random() < 0.3 else onward

    def _patch(self, client: ShopClient, order: int, status: str) -> None:
        path = f"/api/algeria-orders/{order}/status"
        answer = client.http.patch(path, json={"status": status})
        if answer.status_code in (401, 403):  # a web server that was started again knows us no more
            client.sign_in(PASSWORD)
            client.http.headers[TOKEN_HEADER] = client.http.get("/api/session").json()["csrf"]
            answer = client.http.patch(path, json={"status": status})
        self.moves += answer.status_code == 200
        if answer.status_code not in (200, 409, 500, 503):
            self.surprises.append(f"PATCH answered {answer.status_code}: {answer.text[:100]}")
