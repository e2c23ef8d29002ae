"""The order system's configuration: one class, read from `LABS_ORDERS_…` variables, with safe defaults.

`LABS_ORDERS_PORT=8080 python -m labs serve` moves the shop. Everything that could differ between a laptop
and a server is here and nowhere else, so this file is also the list of what can be tuned.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from labs.orders.domain.envelope import Form

#: Origins such as `http://localhost:8888`, with a space between two; `*` stands for any port.
ORIGIN = r"https?://[A-Za-z0-9.-]+(:([0-9]{1,5}|\*))?"
ORIGINS = rf"^({ORIGIN}( {ORIGIN})*)?$"


class OrderSettings(BaseSettings):
    """Each field can be set by the variable `LABS_ORDERS_` + its name. Times ending in `_s` are seconds."""

    model_config = SettingsConfigDict(env_prefix="LABS_ORDERS_", frozen=True)

    #: The web server's port on 127.0.0.1. 0 lets the system choose a free one.
    port: int = Field(default=3001, ge=0, le=65535)
    #: The address that the web server listens on. Inside a container it must be 0.0.0.0; else leave it.
    host: str = "127.0.0.1"
    #: PostgreSQL's URL, or a file's path; empty: `shop.sqlite` in the shop's folder.
    database: str = Field(default="", repr=False)
    #: The broker's virtual host that `serve` uses: an island of its own, apart from every lesson's.
    vhost: str = "orders"
    #: `quorum` on a cluster: its queues are copied to several nodes. A queue keeps the type of its birth.
    queue_type: Literal["classic", "quorum"] = "classic"
    #: How events look on the wire: our envelope, or NestJS's `{pattern, data}`. Readers understand both.
    event_form: Form = "envelope"
    #: Ahmed's order is number 42 in a fresh database.
    first_order_id: int = Field(default=42, ge=1)

    #: The largest request body, in bytes. An order needs about 300.
    body_limit: int = Field(default=16_384, ge=1024)
    #: How many orders a second one address may place in the long run, and how many at once. 0: as many as it likes.
    rate_per_s: float = Field(default=50, ge=0)
    rate_burst: int = Field(default=200, ge=1)
    #: How many orders may wait to be stored; the next one is told 503. Up to `intake_group` share a commit.
    intake_capacity: int = Field(default=2000, ge=1)
    intake_group: int = Field(default=256, ge=1)
    #: How long an admin stays signed in.
    session_s: int = Field(default=12 * 3600, ge=60)
    #: Whose pages may show ours in a frame, such as `http://localhost:8888`, with a space between two. Empty: nobody's.
    #: In a frame the admin stays signed in only on the same host: for a browser, localhost and 127.0.0.1 are two.
    frame_from: str = Field(default="", pattern=ORIGINS)

    #: How long a relay owns the outbox rows that it claimed. Longer than a publish with its confirm takes.
    lease_s: float = Field(default=15.0, gt=0)
    #: How many outbox rows one claim takes.
    relay_batch: int = Field(default=200, ge=1, le=1000)
    #: How often the relay looks without being called: the safety net for rows of a crashed process.
    relay_poll_s: float = Field(default=0.5, gt=0)
    #: How many events a reader whose effect is in the database holds at most: as many share a transaction.
    prefetch: int = Field(default=50, ge=1)
    #: How many events a service that calls the world outside works on at once.
    calls_at_once: int = Field(default=20, ge=1)
    #: Who leads an order through stock and payment: the services by themselves, or an orchestrator that commands
    #: them. The other form's queues stay bound in the vhost and fill up: change it in an empty one.
    saga: Literal["choreography", "orchestration"] = "choreography"
    #: Pieces of a product that nobody has counted yet.
    first_stock: int = Field(default=1000, ge=0)

    #: How many events wait for one slow dashboard before it is cut. It comes back with `Last-Event-ID`.
    stream_buffer: int = Field(default=256, ge=1)
    #: How long one write to a dashboard may take before it is cut.
    stream_send_timeout_s: float = Field(default=5.0, gt=0)
    #: How often a quiet stream says that it is alive.
    stream_ping_s: float = Field(default=5.0, gt=0)
    #: How long a stop may take, open streams included.
    stop_s: float = Field(default=4.0, gt=0)

    #: Who carries our mail. Without a host it goes to a mailbox on this machine, and no further.
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_tls: Literal["auto", "on", "off"] = "auto"
    mail_from: str = "orders@shop.example"
    #: Who of the shop is told of new orders: by mail, and by SMS when they are urgent. Empty: nobody.
    mail_admin: str = "admin@shop.example"
    sms_admin: str = "+213555000042"
    #: Twilio's API, or one of its shape; without a URL a stand-in on this machine.
    sms_url: str | None = None
    sms_sid: str = "AC00000000000000000000000000000042"
    sms_token: str = Field(default="stand-in", repr=False)
    sms_from: str = "+15005550006"
    #: Stripe's API, or one of its shape; without a URL a stand-in on this machine.
    payment_url: str | None = None
    payment_key: str = Field(default="sk_test_stand_in", repr=False)
    #: The carrier's API; without a URL a stand-in on this machine.
    carrier: str = "Sirocco Express"
    carrier_url: str | None = None
    carrier_key: str = Field(default="stand-in", repr=False)
    #: Whether webhooks may call loopback and private addresses. On a server: never.
    webhooks_private: bool = False
