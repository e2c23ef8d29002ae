"""The order system's configuration: one class, read from `LABS_ORDERS_…` variables, with safe defaults.

`LABS_ORDERS_PORT=8080 python -m labs serve` moves the shop. Everything that could differ between a laptop
and a server is here and nowhere else, so this file is also the list of what can be tuned.
"""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OrderSettings(BaseSettings):
    """Each field can be set by the variable `LABS_ORDERS_` + its name. Times ending in `_s` are seconds."""

    model_config = SettingsConfigDict(env_prefix="LABS_ORDERS_", frozen=True)

    #: The web server's port on 127.0.0.1. 0 lets the system choose a free one.
    port: int = Field(default=3001, ge=0, le=65535)
    #: The broker's virtual host that `serve` uses: an island of its own, apart from every lesson's.
    vhost: str = "orders"
    #: Ahmed's order is number 42 in a fresh database.
    first_order_id: int = Field(default=42, ge=1)

    #: The largest request body, in bytes. An order needs about 300.
    body_limit: int = Field(default=16_384, ge=1024)
    #: How long an admin stays signed in.
    session_s: int = Field(default=12 * 3600, ge=60)

    #: How long a relay owns the outbox rows that it claimed. Longer than a publish with its confirm takes.
    lease_s: float = Field(default=15.0, gt=0)
    #: How many outbox rows one claim takes.
    relay_batch: int = Field(default=50, ge=1, le=1000)
    #: How often the relay looks without being called: the safety net for rows of a crashed process.
    relay_poll_s: float = Field(default=0.5, gt=0)
    #: How many unacknowledged events the feed consumer holds at most.
    feed_prefetch: int = Field(default=50, ge=1)

    #: How many events wait for one slow dashboard before it is cut. It comes back with `Last-Event-ID`.
    stream_buffer: int = Field(default=256, ge=1)
    #: How long one write to a dashboard may take before it is cut.
    stream_send_timeout_s: float = Field(default=5.0, gt=0)
    #: How often a quiet stream says that it is alive.
    stream_ping_s: float = Field(default=5.0, gt=0)
    #: How long a stop may take, open streams included.
    stop_s: float = Field(default=4.0, gt=0)
