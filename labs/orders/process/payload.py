"""Reading an event's payload: a field of the right kind, or the reason why this event can never be used.

Our own events always carry what they should. But the queue is open to services that others wrote, and a text
where a number belongs would otherwise fail in the database, again at every attempt, with nobody knowing why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from labs.errors import InvalidValue
from labs.orders.domain.validation import MAX_NAME, MAX_PRICE

#: The largest whole number that every database keeps in an INTEGER.
MOST = 2**31 - 1


def text(payload: Mapping[str, object], name: str, *, most: int = MAX_NAME) -> str:
    """The text in `name`, at most `most` characters; raises `InvalidValue`."""
    value = optional_text(payload, name, most=most)
    if value is None:
        raise InvalidValue(f"This event has no {name}, and nothing can be made of it without.")
    return value


def optional_text(payload: Mapping[str, object], name: str, *, most: int = MAX_NAME) -> str | None:
    """The same, or None when it is not there."""
    value = payload.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise InvalidValue(f"This event's {name} is not a text of {most} characters or fewer.")
    return value


def whole(payload: Mapping[str, object], name: str, default: int | None = None) -> int:
    """The whole number in `name`, 1 or more, or `default` when it is not there; raises `InvalidValue`."""
    value = payload.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise InvalidValue(f"This event's {name} is not a whole number from 1 on.")
    return value


def centimes(payload: Mapping[str, object]) -> int:
    """`totalPrice`, which events carry in dinars, in centimes; raises `InvalidValue`."""
    value = payload.get("totalPrice")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_PRICE:
        raise InvalidValue("This event's totalPrice is not a number of dinars.")
    return round(value * 100)


def moment(payload: Mapping[str, object], name: str, default: datetime | None = None) -> datetime:
    """The moment that `name` spells as RFC 3339 does, or `default` when it is not there."""
    value = payload.get(name)
    if value is None and default is not None:
        return default
    try:
        read = datetime.fromisoformat(value)  # type: ignore[arg-type]  # what is no text raises TypeError
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"This event's {name} is not a moment as RFC 3339 writes it.") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
