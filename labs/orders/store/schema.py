"""Every table of the shop: importing this module is what makes `metadata` complete."""

from __future__ import annotations

from labs.orders.store import channel_tables, saga_tables, view_tables
from labs.orders.store.tables import metadata

__all__ = ["channel_tables", "metadata", "saga_tables", "view_tables"]
