"""Who asked to be told by HTTP: a URL, patterns of event names, and the secret that signs what we send there.

The secret must be readable here, because we sign with it; so it leaves this module only towards the signature, and
once towards the person who registered. https://www.standardwebhooks.com
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, false, insert, select, true, update

from labs.orders.domain.clock import Clock, from_milliseconds, iso, milliseconds
from labs.orders.domain.ids import NewId
from labs.orders.store.channel_tables import webhooks
from labs.orders.store.database import Database
from labs.routing import topic_matches

#: How many random bytes a secret has; the standard asks for 24 to 64.
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as Standard Webhooks writes it: `whsec_` and base64."""
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One URL that is told. `keys` are topic patterns such as `order.*`; `active` is False after a 410 Gone."""

    id: str
    url: str
    secret: str = field(repr=False)
    keys: tuple[str, ...]
    active: bool
    created_at: datetime

    def wants(self, name: str) -> bool:
        """Whether an event of this name is to be sent there."""
        return self.active and any(topic_matches(key, name) for key in self.keys)

    def as_json(self) -> dict[str, object]:
        """The registration as the API lists it: without the secret."""
        return {
            "id": self.id, "url": self.url, "keys": list(self.keys), "active": self.active,
            "createdAt": iso(self.created_at),
        }  # fmt: skip


class Registrations:
    """Reads and writes them. Blocking: a coroutine calls it by `asyncio.to_thread`."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        new_id: NewId,
        new_secret: Callable[[], str] = new_secret,
    ) -> None:
        self._database, self._clock, self._new_id, self._new_secret = database, clock, new_id, new_secret

    def add(self, url: str, keys: Sequence[str]) -> Registration:
        """Register a URL. The answer is the one place where its secret is shown."""
        now = milliseconds(self._clock())
        added = Registration(
            id=self._new_id(), url=url, secret=self._new_secret(), keys=tuple(keys), active=True,
            created_at=from_milliseconds(now),
        )  # fmt: skip
        values = {
            "id": added.id, "url": url, "secret": added.secret, "keys": json.dumps(list(keys)),
            "active": True, "created_at": now,
        }  # fmt: skip
        with self._database.write() as connection:
            connection.execute(insert(webhooks).values(**values))
        return added

    def all(self) -> list[Registration]:
        """All of them, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id))
            return [_registration(row) for row in rows]

    def for_event(self, name: str) -> list[Registration]:
        """Those who want to hear of an event of this name."""
        with self._database.read() as connection:
            rows = connection.execute(select(webhooks).where(webhooks.c.active == true()))
            return [each for each in map(_registration, rows) if each.wants(name)]

    def find(self, registration_id: str) -> Registration | None:
        """The one with this id, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(webhooks).where(webhooks.c.id == registration_id)).first()
        return None if row is None else _registration(row)

    def deactivate(self, registration_id: str) -> None:
        """Send nothing there any more; keep the row, so that the admin sees what happened."""
        with self._database.write() as connection:
            connection.execute(
                update(webhooks).where(webhooks.c.id == registration_id).values(active=false())
            )

    def remove(self, registration_id: str) -> bool:
        """Forget it; False when there is none with this id."""
        with self._database.write() as connection:
            gone = connection.execute(delete(webhooks).where(webhooks.c.id == registration_id))
        return bool(gone.rowcount)


def _registration(row: Row[Any]) -> Registration:
    return Registration(
        id=row.id,
        url=row.url,
        secret=row.secret,
        keys=tuple(json.loads(row.keys)),
        active=bool(row.active),
        created_at=from_milliseconds(row.created_at),
    )
