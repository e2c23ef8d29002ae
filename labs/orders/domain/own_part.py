"""The places that the shop has for a part of somebody else's making, and what such a part does there."""

from __future__ import annotations

from collections.abc import Mapping

RELAY, WAREHOUSE, ARCHIVE = "relay", "warehouse", "archive"

#: Part → what the function does in the shop.
OWN_PARTS: Mapping[str, str] = {
    RELAY: "carries the outbox to the broker",
    WAREHOUSE: "gives the warehouse a queue of its own",
    ARCHIVE: "keeps each event once, in a file of its own",
}
