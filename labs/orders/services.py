"""Every service of the shop by name: which queue it reads, and what it does with an event.

There are two kinds. A service whose whole effect is in the database is one function, `apply`; inbox, transaction
and outbox are put around it (`Effects`), and it runs in a thread of the sync lane. A service that calls the world
outside is a coroutine; all of them share one event loop in the aio lane. A new channel is a reader in the
topology and a line here: nothing that takes orders changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labs.orders.channels.address_guard import AddressGuard
from labs.orders.channels.email import Email
from labs.orders.channels.shipping import Shipping
from labs.orders.channels.sms import Sms
from labs.orders.channels.webhooks import Webhooks
from labs.orders.domain.clock import Clock
from labs.orders.domain.ids import NewId
from labs.orders.domain.notification import Tell
from labs.orders.outside import Outside
from labs.orders.process.aio_reading import AioHandler
from labs.orders.process.analytics import Analytics
from labs.orders.process.effects import Apply, ApplyAll
from labs.orders.process.feed import FeedReader
from labs.orders.process.inventory import Inventory
from labs.orders.process.orchestrator import KEEPERS
from labs.orders.process.payment import Payment
from labs.orders.process.read_model import ReadModel
from labs.orders.settings import OrderSettings
from labs.orders.store.database import Database
from labs.orders.store.deliveries import Deliveries
from labs.orders.store.feed import Feed
from labs.orders.store.webhooks import Registrations
from labs.orders.topology import (
    ANALYTICS,
    EMAIL,
    FEED,
    INVENTORY,
    PAYMENT,
    READ_MODEL,
    SAGA,
    SHIPPING,
    SMS,
    WEBHOOKS,
    Reader,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a service may be given. `announce` tells dashboards of notifications; `committed` wakes the relay."""

    settings: OrderSettings
    database: Database
    clock: Clock
    new_id: NewId
    feed: Feed
    outside: Outside
    announce: Tell
    committed: Callable[[], None]

    @property
    def notes(self) -> Deliveries:
        """The memory of what left the house."""
        return Deliveries(self.database, clock=self.clock, committed=self.committed)

    @property
    def registrations(self) -> Registrations:
        """Who asked to be called."""
        return Registrations(self.database, clock=self.clock, new_id=self.new_id)

    @property
    def addresses(self) -> AddressGuard:
        """Which addresses a webhook may have."""
        return AddressGuard(allow_private=self.settings.webhooks_private)


#: Services whose effect is in the database.
IN_DATABASE: Mapping[Reader, Callable[[Means], Apply]] = {
    FEED: lambda means: FeedReader(means.feed, announce=means.announce).apply,
    READ_MODEL: lambda _: ReadModel().apply,
    ANALYTICS: lambda _: Analytics().apply,
    INVENTORY: lambda means: (
        Inventory(means.clock, means.new_id, first_stock=means.settings.first_stock).apply
    ),
    SAGA: lambda means: KEEPERS[means.settings.saga](means.clock, means.new_id).apply,
}

#: Of those, who can take a whole batch with fewer statements.
TOGETHER: Mapping[Reader, Callable[[Means], ApplyAll]] = {
    FEED: lambda means: FeedReader(means.feed, announce=means.announce).apply_all,
    READ_MODEL: lambda _: ReadModel().apply_all,
    ANALYTICS: lambda _: Analytics().apply_all,
}


def _payment(means: Means) -> AioHandler:
    return Payment(
        means.database,
        means.outside.payments,
        clock=means.clock,
        new_id=means.new_id,
        committed=means.committed,
    ).handle


def _email(means: Means) -> AioHandler:
    settings = means.settings
    return Email(
        means.notes, server=means.outside.smtp, sender=settings.mail_from, admin=settings.mail_admin or None
    ).handle


def _sms(means: Means) -> AioHandler:
    settings = means.settings
    return Sms(
        means.notes, account=means.outside.sms, sender=settings.sms_from, to=settings.sms_admin or None
    ).handle


def _shipping(means: Means) -> AioHandler:
    settings = means.settings
    return Shipping(
        means.notes,
        carrier=settings.carrier,
        url=means.outside.carrier_url,
        token=settings.carrier_key,
    ).handle


def webhooks(means: Means) -> Webhooks:
    """The one that calls; the registration page uses it for its test call, too."""
    return Webhooks(means.notes, registrations=means.registrations, guard=means.addresses)


#: Services that call somebody outside.
OUTSIDE: Mapping[Reader, Callable[[Means], AioHandler]] = {
    PAYMENT: _payment,
    EMAIL: _email,
    SMS: _sms,
    SHIPPING: _shipping,
    WEBHOOKS: lambda means: webhooks(means).handle,
}

#: Everybody, by name.
SERVICES: Mapping[str, Reader] = {reader.name: reader for reader in (*IN_DATABASE, *OUTSIDE)}
