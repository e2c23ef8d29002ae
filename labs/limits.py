"""What AMQP 0-9-1 can carry.

Every value checks itself here, so a mistake is one sentence on the line that made it, instead of a closed
connection a moment later. Names, routing keys and most properties are *short strings*: at most 255 bytes of
UTF-8. Headers and `x-` arguments are *field tables*: short names, and values of a few known types.
https://www.rabbitmq.com/amqp-0-9-1-errata#section_3
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from labs.errors import InvalidValue

#: Bytes, not letters: `é` is two of them.
SHORT_STRING_BYTES = 255
#: AMQP's timestamp counts seconds from here, and only forwards.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def short_string(what: str, text: Any) -> str:
    """Return `text` if it fits AMQP's short string; otherwise `InvalidValue` says `what` it was."""
    if not isinstance(text, str):
        raise InvalidValue(f"The {what} must be text, not {type(text).__name__}.")
    size = len(utf8(what, text))
    if size > SHORT_STRING_BYTES:
        raise InvalidValue(f"The {what} has {size} bytes; AMQP allows {SHORT_STRING_BYTES}: {text[:20]!r}…")
    return text


def utf8(what: str, text: str) -> bytes:
    """Return the UTF-8 bytes of `text`; half a character (a lone surrogate) has none: `InvalidValue`."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidValue(f"The {what} {text!r} has no UTF-8 form, so AMQP cannot carry it.") from None


def whole_number(what: str, value: Any, *, most: int, least: int = 0) -> int:
    """Return `value` if it is a whole number from `least` to `most`; otherwise `InvalidValue`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidValue(f"The {what} must be a whole number from {least} to {most}, not {value!r}.")
    return value


def whole_seconds(what: str, moment: Any) -> datetime:
    """Return `moment` in UTC, cut to the second: AMQP's timestamp is POSIX seconds and nothing finer."""
    if not isinstance(moment, datetime) or moment.tzinfo is None or moment < EPOCH:
        raise InvalidValue(f"The {what} must be a datetime since 1970 with a time zone: datetime.now(UTC).")
    return moment.astimezone(UTC).replace(microsecond=0)


def table(what: str, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of `mapping` that a field table can carry; otherwise `InvalidValue`."""
    return {
        short_string(f"name in {what}", name): _field(f"{what}[{name!r}]", mapping[name]) for name in mapping
    }


def _field(what: str, value: Any) -> Any:
    """One value of a table. None is AMQP's *void*: the name is there, without a value."""
    match value:
        case None | bool() | float() | Decimal() | bytes():
            return value
        case int():
            return whole_number(what, value, least=-(2**63), most=2**63 - 1)
        case str():
            return utf8(what, value).decode()
        case datetime():
            return whole_seconds(what, value)
        case list():
            return [_field(f"{what}[{at}]", item) for at, item in enumerate(value)]
        case Mapping():
            return table(what, value)
    raise InvalidValue(f"{what} is a {type(value).__name__}; an AMQP table cannot carry that.")
