"""Reaching somebody outside: look, send, note. The one way in which every channel does it.

No transaction holds a mail and our note about it. So an event is sent to each recipient under a *key* made of
event, channel and recipient: the same however often it is tried. A service that knows keys (a carrier, a payment)
makes a repeat harmless. SMTP and Twilio know none: a crash between sending and noting sends twice, so e-mail
and SMS are *at least once*. A mail's Message-ID is made of the key, so at least its reader can tell.
One recipient who cannot be reached never keeps the others from it. Runs on the event loop of its consumer;
the database's part runs in threads. https://www.rabbitmq.com/docs/reliability#consumer-side
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5
from weakref import WeakValueDictionary

from labs.attempts import attempts
from labs.errors import InvalidValue
from labs.message import Delivery
from labs.orders.domain.envelope import read_event
from labs.orders.domain.event import OrderEvent
from labs.orders.store.deliveries import Addressed, Deliveries, Note
from labs.outcome import Ack, Dead, Outcome, Retry

#: No `Retry` may ask for longer, in milliseconds.
LONGEST_MS = 2**32 - 1


class NotNow(Exception):
    """It may work later: a time-out, a full disk, "slow down". Not before `after_s` seconds, if they said so."""

    def __init__(self, reason: str, *, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Never(Exception):
    """No later attempt can succeed: there is no such number, the mailbox is closed."""


class Unwanted(Never):
    """They do not want to hear of it any more. Noted as failed, but nothing that a person should look at."""


class Outreach(ABC):
    """One channel, `name`; `notes` is its memory. A channel says who is to hear of an event, and how to tell them."""

    def __init__(self, name: str, notes: Deliveries) -> None:
        self.name = name
        self.notes = notes
        # The same event twice in one moment (a duplicate overtaken by its retry) is worked on one by one.
        self._in_hand: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # Told, and not noted, because the database would not write: only the note is tried again, not the mail.
        self._unnoted: dict[str, str | None] = {}
        self._at_work: set[asyncio.Task[Outcome]] = set()

    @abstractmethod
    async def recipients(self, event: OrderEvent) -> Sequence[str]:
        """Who is to hear of this event; nobody is a good answer. At most 254 characters each."""

    @abstractmethod
    async def send(self, event: OrderEvent, recipient: str, *, key: str) -> str | None:
        """Tell one of them, and return what they call it. Raises `NotNow`, or `Never`; all else counts as not now."""

    def emits(self, _event: OrderEvent, _recipient: str, _reference: str | None) -> Sequence[OrderEvent]:
        """The events that follow from a sending, with ids that are the same each time. None, for most."""
        return ()

    async def handle(self, delivery: Delivery) -> Outcome:
        """Tell everybody who has not heard of it yet, all at once.

        `Ack`: nobody is left. `Retry`: somebody is, and the ladder will see to it. `Dead`: it is no event, or
        not one of its recipients can ever be reached. A database that fails raises, and the broker keeps it.
        Who failed for good is asked once more when the event comes anew: then somebody may have mended it.
        A broken line to the broker cancels who waits here, not the work: a mail that is half sent must be noted,
        or the event, which the broker gives back at once, would send it again.
        """
        work = asyncio.create_task(self._see_to(delivery))
        self._at_work.add(work)
        work.add_done_callback(self._at_work.discard)
        return await asyncio.shield(work)

    async def _see_to(self, delivery: Delivery) -> Outcome:
        try:
            event = read_event(delivery.message, now=self.notes.clock())
        except InvalidValue as error:
            return Dead(reason=str(error))
        async with self._in_hand.setdefault(event.id, asyncio.Lock()):
            everybody = tuple(dict.fromkeys(await self.recipients(event)))
            notes = await asyncio.to_thread(self.notes.known, self.name, event.id)
            known = {who: notes[who] for who in everybody if who in notes}
            again = {"waiting", "failed"} if _comes_anew(delivery) else {"waiting"}
            left = [who for who in everybody if who not in known or known[who].state in again]
            told = dict(
                zip(left, await asyncio.gather(*(self._tell(event, who) for who in left)), strict=True)
            )
        late = [error for error in told.values() if isinstance(error, NotNow)]
        if late:
            after_s = max(error.after_s for error in late)
            return Retry(reason="; ".join(map(str, late)), after_ms=min(round(after_s * 1000), LONGEST_MS))
        return _end(known, told)

    async def _tell(self, event: OrderEvent, recipient: str) -> Exception | None:
        what = Addressed(channel=self.name, event_id=event.id, order_id=event.order_id, recipient=recipient)
        key = key_of(what)
        try:
            if key not in self._unnoted:
                self._unnoted[key] = await self.send(event, recipient, key=key)
        except Never as error:
            await asyncio.to_thread(self.notes.failed, what, error=str(error))
            return error
        except Exception as error:  # noqa: BLE001 a surprise at one recipient must not cost the others their news
            late = error if isinstance(error, NotNow) else NotNow(f"{type(error).__name__}: {error}")
            await asyncio.to_thread(self.notes.waiting, what, error=str(late))
            return late
        reference = self._unnoted[key]
        emits = self.emits(event, recipient, reference)
        await asyncio.to_thread(self.notes.sent, what, reference=reference, emits=emits)
        self._unnoted.pop(key, None)
        return None


def _comes_anew(delivery: Delivery) -> bool:
    """Published again, by a person's redrive or a relay's repeat; not given back, and not on its way up the ladder."""
    return not delivery.redelivered and attempts(delivery.message) == 0


def _end(known: Mapping[str, Note], told: Mapping[str, Exception | None]) -> Outcome:
    """Nobody waits any more. What failed in an earlier attempt counts: the end must be the same after a crash."""
    if any(error is None for error in told.values()) or any(note.state == "sent" for note in known.values()):
        return Ack()
    earlier = (note for who, note in known.items() if who not in told)
    before = [note.error or "" for note in earlier if note.state == "failed"]
    now = [str(error) for error in told.values() if not isinstance(error, Unwanted)]
    return Dead(reason="; ".join(before + now)) if before + now else Ack()


def key_of(what: Addressed) -> str:
    """The idempotency key: a UUID that only depends on event, channel and recipient (RFC 9562, version 5)."""
    return str(uuid5(NAMESPACE_URL, f"{what.event_id}\n{what.channel}\n{what.recipient}"))
