"""The storefront: the web application of one shop, with everything that its pages and machines ask for.

Which routes there are stands here, and nowhere else. `means` are the same that the services have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from labs.orders.domain.tally import Tally
from labs.orders.services import Means, webhooks
from labs.orders.settings import OrderSettings
from labs.orders.store.intake import Intake
from labs.orders.store.timeline import Timeline
from labs.orders.store.trends import Trends
from labs.orders.store.views import OrderViews
from labs.orders.web.account import Account, new_password
from labs.orders.web.app import create_app
from labs.orders.web.asyncapi import asyncapi_routes
from labs.orders.web.guard import Guard
from labs.orders.web.hub import Hub
from labs.orders.web.mail_routes import mail_routes
from labs.orders.web.metrics import Metrics
from labs.orders.web.notification_routes import notification_routes
from labs.orders.web.ops_routes import ops_routes
from labs.orders.web.order_routes import PATH, order_routes
from labs.orders.web.page_routes import page_routes
from labs.orders.web.rate_limit import RateLimit
from labs.orders.web.session_routes import session_routes
from labs.orders.web.socket_routes import socket_routes
from labs.orders.web.view_routes import view_routes
from labs.orders.web.webhook_routes import webhook_routes

Status = Callable[[], Mapping[str, Any]]


def storefront(
    means: Means,
    *,
    account: Account,
    intake: Intake,
    hub: Hub,
    tally: Tally,
    waiting: Callable[[], int],
    status: Status,
    condition: Status,
) -> ASGIApp:
    """The shop as an ASGI application. `status` is for dashboards, `condition` tells machines more of the same."""
    settings, feed = means.settings, means.feed
    metrics = Metrics(hub, tally, waiting=waiting)
    guard = Guard(account, clock=means.clock, session_s=settings.session_s)
    write_s, limit = settings.stream_send_timeout_s, settings.body_limit
    routers = (
        ops_routes(hub, metrics, status=condition),
        order_routes(
            intake,
            guard,
            body_limit=limit,
            rate_limit=RateLimit(per_s=settings.rate_per_s, burst=settings.rate_burst),
        ),
        view_routes(
            OrderViews(means.database),
            Timeline(means.database),
            Trends(means.database, clock=means.clock),
            guard,
        ),
        notification_routes(feed, hub, guard, status=status, send_timeout_s=write_s),
        socket_routes(feed, hub, guard, send_timeout_s=write_s),
        webhook_routes(
            means.registrations,
            webhooks(means),
            means.addresses,
            guard,
            new_id=means.new_id,
            body_limit=limit,
        ),
        mail_routes(guard, means.outside.mails),
        asyncapi_routes(),
        session_routes(guard, body_limit=limit),
        page_routes(guard),
    )
    pulse_s, frame_from = settings.stream_ping_s, settings.frame_from
    return create_app(
        routers=routers,
        busiest=("POST", PATH),
        hub=hub,
        metrics=metrics,
        pulse_s=pulse_s,
        frame_from=frame_from,
    )


def admin_account(path: Path, given: str | None) -> tuple[Account, str | None]:
    """The account of the given password, the one kept in the file, or a new one, kept there from now on.

    The second value is the password of a new account, to be shown once.
    """
    if given is not None:
        return Account.create(given), None
    if (account := Account.load(path)) is not None:
        return account, None
    password = new_password()
    account = Account.create(password)
    account.save(path)
    return account, password


def place_of_database(settings: OrderSettings, home: Path) -> str | Path:
    """PostgreSQL's URL or a path of the settings; else a file in the shop's folder."""
    return settings.database or home / "shop.sqlite"
