"""From whatever a stranger sent to an `OrderRequest`, or one clear sentence per field.

The endpoint is public, so nothing is taken for granted: wrong types, endless names, text that is not text.
Each sentence says what to do, not only what is wrong, because a customer reads it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from labs.orders.domain.email import email_address
from labs.orders.domain.order import OrderRequest
from labs.orders.domain.phone import e164
from labs.orders.domain.wilaya import WILAYAS, find_wilaya

#: Longest name of a customer or product, in characters.
MAX_NAME = 120
#: Most pieces in one order.
MAX_QUANTITY = 100
#: Highest price of one order, in dinars.
MAX_PRICE = 1_000_000_000
#: Longest wilaya or phone worth looking at, in characters.
MAX_SHORT = 40

Value = TypeVar("Value")


class InvalidOrder(ValueError):
    """The order cannot be taken. `problems` maps each wrong field to one sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def read_order(data: object) -> OrderRequest:
    """The order that `data` (decoded JSON) describes; raises `InvalidOrder` with *all* problems at once."""
    if not isinstance(data, dict):
        raise InvalidOrder({"order": "Send one JSON object with the fields of the order."})
    problems: dict[str, str] = {}

    def read(field: str, reader: Callable[[object], Value], default: object = None) -> Value | None:
        try:
            return reader(data.get(field, default))
        except ValueError as problem:
            problems[field] = str(problem)
            return None

    customer = read("customerName", lambda value: _name(value, "Please give your name"))
    product = read("productName", lambda value: _name(value, "Please name the product"))
    price = read("totalPrice", _centimes)
    quantity = read("quantity", _quantity, default=1)
    wilaya = read("wilaya", _wilaya)
    phone = read("phone", _phone)
    email = read("email", _email)
    urgent = read("urgent", _urgent, default=False)
    if problems:
        raise InvalidOrder(problems)
    return OrderRequest(
        customer_name=cast("str", customer),
        product_name=cast("str", product),
        total_centimes=cast("int", price),
        quantity=cast("int", quantity),
        wilaya=cast("str", wilaya),
        phone=cast("str", phone),
        email=email,
        urgent=cast("bool", urgent),
    )


def is_plain(text: str) -> bool:
    """Whether there is nothing in it that a page, a header or a database could stumble over."""
    # Cc: control characters. Cs: half a surrogate pair, which JSON can spell and no database can store.
    return all(unicodedata.category(letter) not in ("Cc", "Cs") for letter in text)


def _name(value: object, sentence: str) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name:
        raise ValueError(f"{sentence}.")
    if len(name) > MAX_NAME:
        raise ValueError(f"{sentence} in {MAX_NAME} characters or fewer.")
    if not is_plain(name):
        raise ValueError(f"{sentence} in plain text, without control characters.")
    return name


def _centimes(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("Give the total price as a number of dinars.")  # noqa: TRY004 wrong input, no bug
    if not 0 < value <= MAX_PRICE:  # also refuses NaN and infinity, which Python's JSON reader lets through
        raise ValueError("The total price must be more than 0 and at most 1 000 000 000 dinars.")
    if round(value * 100) < 1:
        raise ValueError("The smallest price is one centime, 0.01 dinars.")
    return round(value * 100)


def _quantity(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_QUANTITY:
        raise ValueError(f"The quantity must be a whole number from 1 to {MAX_QUANTITY}.")
    return value


def _wilaya(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= len(WILAYAS):
        value = str(value)
    found = find_wilaya(value) if isinstance(value, str) and len(value) <= MAX_SHORT else None
    if found is None:
        raise ValueError("Choose one of Algeria's 58 wilayas, by name or by number.")
    return found.name


def _phone(value: object) -> str:
    number = e164(value) if isinstance(value, str) and len(value) <= MAX_SHORT else None
    if number is None:
        raise ValueError("Give a phone number that we can call, such as 0555 12 34 56 or +213 555 123 456.")
    return number


def _email(value: object) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None  # many leave it empty
    address = email_address(value) if isinstance(value, str) else None
    if address is None:
        raise ValueError("Give an e-mail address such as ahmed@example.com, or leave it empty.")
    return address


def _urgent(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("Say with true or false whether the order is urgent.")  # noqa: TRY004 wrong input, no bug
    return value
