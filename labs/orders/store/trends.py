"""Trends, read: the last hours and the wilayas, as the chart draws them. Written by the consumer `analytics`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from labs.orders.domain.clock import Clock, from_milliseconds, iso, milliseconds
from labs.orders.domain.order import dinars
from labs.orders.store.database import Database
from labs.orders.store.view_tables import trends

HOUR_MS = 3_600_000


class Trends:
    """What was ordered when and where. `clock` says which hour is the last one."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def trends(self, hours: int = 24) -> dict[str, Any]:
        """The last `hours` hours, oldest first and the present one last, and the wilayas, busiest first.

        An hour without orders is there too, with zeros: a chart that leaves it out makes a night look busy.
        """
        now = milliseconds(self._clock())
        last = now - now % HOUR_MS
        first = last - (hours - 1) * HOUR_MS
        within = trends.c.hour.between(first, last)
        orders, total = func.sum(trends.c.orders), func.sum(trends.c.total_centimes)
        by_hour = select(trends.c.hour, orders, func.sum(trends.c.cancelled), total).group_by(trends.c.hour)
        by_wilaya = select(trends.c.wilaya, orders, total).group_by(trends.c.wilaya)
        with self._database.read() as connection:
            counted = {hour: counts for hour, *counts in connection.execute(by_hour.where(within))}
            places = [tuple(row) for row in connection.execute(by_wilaya.where(within))]
        places.sort(key=lambda place: (-place[1], -place[2], place[0]))
        return {
            "hours": [_hour(hour, *counted.get(hour, (0, 0, 0))) for hour in range(first, last + 1, HOUR_MS)],
            "wilayas": [
                # int: PostgreSQL's sum of BIGINT is a decimal number.
                {"wilaya": wilaya, "orders": int(count), "total": dinars(int(money))}
                for wilaya, count, money in places
            ],
        }


def _hour(hour: int, orders: int, cancelled: int, total: int) -> dict[str, Any]:
    return {
        "hour": iso(from_milliseconds(hour)),
        "orders": int(orders),
        "cancelled": int(cancelled),
        "total": dinars(int(total)),
    }
