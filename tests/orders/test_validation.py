"""What a stranger may send, and the sentence that each mistake gets."""

from __future__ import annotations

import pytest

from labs.orders.domain.phone import e164
from labs.orders.domain.validation import InvalidOrder, read_order
from labs.orders.domain.wilaya import WILAYAS, find_wilaya

NAME, PRODUCT = "Please give your name", "Please name the product"
PRICE = "The total price must be more than 0 and at most 1 000 000 000 dinars."
NUMBER = "Give the total price as a number of dinars."
QUANTITY = "The quantity must be a whole number from 1 to 100."
WILAYA = "Choose one of Algeria's 58 wilayas, by name or by number."
PHONE = "Give a phone number that we can call, such as 0555 12 34 56 or +213 555 123 456."

MISTAKES = [
    ("customerName", None, f"{NAME}."),
    ("customerName", " \t ", f"{NAME}."),
    ("customerName", ["Ahmed"], f"{NAME}."),
    ("customerName", "A" * 121, f"{NAME} in 120 characters or fewer."),
    ("customerName", "A" * 10_000, f"{NAME} in 120 characters or fewer."),
    ("customerName", "Ah\x00med", f"{NAME} in plain text, without control characters."),
    ("customerName", "Ahmed\ud83d", f"{NAME} in plain text, without control characters."),
    ("productName", "", f"{PRODUCT}."),
    ("totalPrice", None, NUMBER),
    ("totalPrice", "329000", NUMBER),
    ("totalPrice", True, NUMBER),
    ("totalPrice", 0, PRICE),
    ("totalPrice", -1, PRICE),
    ("totalPrice", float("nan"), PRICE),
    ("totalPrice", float("inf"), PRICE),
    ("totalPrice", 10**400, PRICE),
    ("totalPrice", 0.001, "The smallest price is one centime, 0.01 dinars."),
    ("quantity", 0, QUANTITY),
    ("quantity", 101, QUANTITY),
    ("quantity", 1.5, QUANTITY),
    ("quantity", True, QUANTITY),
    ("quantity", None, QUANTITY),
    ("wilaya", None, WILAYA),
    ("wilaya", 0, WILAYA),
    ("wilaya", 59, WILAYA),
    ("wilaya", 10**5000, WILAYA),
    ("wilaya", True, WILAYA),
    ("wilaya", "Paris", WILAYA),
    ("wilaya", "", WILAYA),
    ("phone", None, PHONE),
    ("phone", 213555123456, PHONE),
    ("phone", "12", PHONE),
    ("phone", "0555 12 34 5", PHONE),
    ("phone", "call me", PHONE),
    ("phone", "0555" * 500, PHONE),
]


# Names of their own: pytest would spell out a number of five thousand digits.
NAMES = [f"{field}-{number}" for number, (field, _, _) in enumerate(MISTAKES)]


@pytest.mark.parametrize(("field", "value", "sentence"), MISTAKES, ids=NAMES)
def test_each_mistake_gets_one_clear_sentence(
    ahmed: dict[str, object], field: str, value: object, sentence: str
) -> None:
    """A wrong field is named with what to do about it, and the right ones are left in peace."""
    with pytest.raises(InvalidOrder) as seen:
        read_order(ahmed | {field: value})
    assert seen.value.problems == {field: sentence}


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody likes to correct a form five times; only the quantity has a default."""
    with pytest.raises(InvalidOrder) as seen:
        read_order({})
    assert set(seen.value.problems) == {"customerName", "productName", "totalPrice", "wilaya", "phone"}


@pytest.mark.parametrize("data", [None, [], "order", 42])
def test_something_that_is_not_an_object_is_refused(data: object) -> None:
    """JSON can be more than objects."""
    with pytest.raises(InvalidOrder, match="Send one JSON object"):
        read_order(data)


def test_ahmed_is_understood(ahmed: dict[str, object]) -> None:
    """The guide's order becomes centimes, one spelling of the place, and a number that a gateway can dial."""
    order = read_order(ahmed | {"customerName": "  Ahmed \n", "totalPrice": 1999.99, "wilaya": "alger"})
    assert (order.customer_name, order.total_centimes, order.quantity) == ("Ahmed", 199999, 1)
    assert (order.wilaya, order.phone) == ("Algiers", "+213555123456")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("16", "Algiers"), ("01", "Adrar"), ("58", "El Menia"), ("ALGIERS", "Algiers"), ("bejaia", "Béjaïa"),
        ("Aïn-Témouchent", "Aïn Témouchent"), ("m’sila", "M'Sila"), ("tizi  ouzou", "Tizi Ouzou"),
    ],
)  # fmt: skip
def test_a_wilaya_is_found_however_people_write_it(text: str, name: str) -> None:
    """Numbers, capitals, accents and apostrophes do not matter."""
    found = find_wilaya(text)
    assert found is not None
    assert found.name == name


def test_there_are_58_wilayas_each_with_a_name_of_its_own() -> None:
    """Their numbers are the official ones."""
    assert len({wilaya.name for wilaya in WILAYAS}) == 58
    assert all(find_wilaya(wilaya.name) == wilaya == find_wilaya(str(wilaya.number)) for wilaya in WILAYAS)


@pytest.mark.parametrize("text", ["0555123456", "0555 12 34 56", "+213 555 123 456", "00213555123456"])
def test_one_telephone_has_one_number(text: str) -> None:
    """Four ways to write it, one E.164 number."""
    assert e164(text) == "+213555123456"
