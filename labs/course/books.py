"""The books of one shop: how each order ended, and whether goods and money add up.

They are read from the tables and from the bank's own ledger. Nobody who took part is asked, for each of them knows
only its own step. SQL on the file, read only: the shop may be running meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from labs.orders.domain.event import OrderEvent
from labs.orders.stand_ins.bank import Bank
from labs.orders.store.database import Database
from labs.orders.store.journal import read_all
from labs.orders.topology import Reader
from labs.routing import topic_matches

ENDS = """
SELECT o.id, o.product_name, o.status, s.state, r.state, p.state, o.total_centimes
FROM orders o LEFT JOIN sagas s ON s.order_id = o.id
LEFT JOIN reservations r ON r.order_id = o.id LEFT JOIN payments p ON p.order_id = o.id ORDER BY o.id
"""
GOODS = """
SELECT product_name, on_hand, reserved,
(SELECT coalesce(sum(o.quantity), 0) FROM orders o JOIN sagas s ON s.order_id = o.id
WHERE o.product_name = stock.product_name AND s.state = 'completed') FROM stock ORDER BY product_name
"""
TOLD = """
SELECT count(*) FROM deliveries d JOIN outbox e ON e.event_id = d.event_id
WHERE d.channel = 'email' AND d.state = 'sent' AND e.name = 'order.status_updated' AND e.payload LIKE ?
"""
#: A channel notes what left the house.
SENT = "SELECT channel, event_id FROM deliveries WHERE state = 'sent'"
#: What belongs to the saga, and what is made from events for people to look at.
WRITE_SIDE = ("orders", "sagas", "stock", "reservations", "payments")
READ_SIDE = ("order_view", "trends")


class Books:
    """Reads `shop.sqlite` in the folder `home`, and the ledger of `bank`."""

    def __init__(self, home: Path, bank: Bank) -> None:
        self.home, self.bank = home, bank

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that this SELECT finds."""
        uri = f"{(self.home / 'shop.sqlite').as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            return connection.execute(sql, values).fetchall()

    def ends(self) -> list[tuple[Any, ...]]:
        """One row for each order: number, product, order, saga, goods, money, and dinars that the bank kept."""
        kept = Counter[str]()
        for order, centimes in self.bank.ledger():
            kept[order] += centimes
        return [(*row[:6], kept[str(row[0])] // 100) for row in self.ask(ENDS)]

    def ways_to_end(self) -> list[list[object]]:
        """How many orders ended in which five states, most first; and the dinars that the bank has of them."""
        ways = Counter(row[2:6] for row in self.ends())
        dinars = Counter[tuple[Any, ...]]()
        for row in self.ends():
            dinars[row[2:6]] += row[6]
        return [[count, *(state or "–" for state in way), dinars[way]] for way, count in sorted(
            ways.items(), key=lambda item: (-item[1], str(item[0])))]  # fmt: skip

    def goods(self) -> list[list[object]]:
        """For each product: on hand, reserved in the store room, and pieces of orders that were completed."""
        return [list(row) for row in self.ask(GOODS)]

    def money(self) -> list[list[object]]:
        """The same sum three times, in dinars: the bank's ledger, the cashier's rows, the completed orders."""
        processed = "SELECT coalesce(sum(centimes), 0) FROM payments WHERE state = 'processed'"
        completed = "SELECT coalesce(sum(total_centimes), 0) FROM orders JOIN sagas ON id = order_id"
        return [
            ["the bank's ledger", sum(centimes for _, centimes in self.bank.ledger()) // 100],
            ["payments that are processed", self.ask(processed)[0][0] // 100],
            ["orders that are completed", self.ask(f"{completed} WHERE state = 'completed'")[0][0] // 100],
        ]

    def refunded(self) -> list[tuple[str, list[int]]]:
        """The orders whose money went back, and what the bank's ledger says of each, in dinars."""
        numbers = self.ask("SELECT order_id FROM payments WHERE state = 'refunded' ORDER BY order_id")
        ledger = self.bank.ledger()
        return [
            (f"order {number}", [a // 100 for order, a in ledger if order == str(number)])
            for (number,) in numbers
        ]

    def story(self, order_id: int) -> list[str]:
        """The events of one order, as they were written down."""
        return [
            name for (name,) in self.ask("SELECT name FROM outbox WHERE order_id = ? ORDER BY seq", order_id)
        ]

    def journal(self) -> list[OrderEvent]:
        """Every event that was ever written down, oldest first."""
        database = Database(self.home / "shop.sqlite")
        try:
            with database.read() as connection:
                return list(read_all(connection))
        finally:
            database.close()

    def told(self, status: str) -> int:
        """How many customers were sent a mail because their order is `status` now."""
        return int(self.ask(TOLD, f'%"status": "{status}"%')[0][0])

    def prints(self, tables: Sequence[str] = WRITE_SIDE + READ_SIDE) -> dict[str, str]:
        """A hash of each table's rows and one of the bank's ledger, whatever their order."""
        rows = {table: sorted(map(json.dumps, self.ask(f"SELECT * FROM {table}"))) for table in tables}  # noqa: S608
        rows["the bank's ledger"] = sorted(map(json.dumps, self.bank.ledger()))
        return {table: hashlib.sha256("\n".join(lines).encode()).hexdigest() for table, lines in rows.items()}

    def has_noted(self, event_id: str, consumers: Collection[str]) -> bool:
        """Whether all of these have had this event."""
        noted = {name for (name,) in self.ask("SELECT consumer FROM inbox WHERE message_id = ?", event_id)}
        return noted >= set(consumers)

    def quiet(self, readers: Collection[Reader]) -> bool:
        """Whether nothing is under way: all is published, and each of these readers has had what is for it."""
        written = self.ask("SELECT event_id, name, sent_at FROM outbox")
        noted = set(self.ask(f"SELECT consumer, message_id FROM inbox UNION {SENT}"))  # noqa: S608
        return all(sent for _, _, sent in written) and all(
            (reader.name, event_id) in noted
            for event_id, name, _ in written
            for reader in readers
            if any(topic_matches(key, name) for key in reader.keys)
        )
