"""What a stranger may send, and the sentence that each mistake gets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.orders.domain.phone import _thoroughly, e164
from labs.orders.domain.validation import InvalidOrder, read_order
from labs.orders.domain.wilaya import WILAYAS, find_wilaya
from tests.orders.conftest import AHMED

NAME, PRODUCT = "Please give your name", "Please name the product"
PRICE = "The total price must be more than 0 and at most 1 000 000 000 dinars."
NUMBER = "Give the total price as a number of dinars."
QUANTITY = "The quantity must be a whole number from 1 to 100."
WILAYA = "Choose one of Algeria's 58 wilayas, by name or by number."
PHONE = "Give a phone number that we can call, such as 0555 12 34 56 or +213 555 123 456."
EMAIL = "Give an e-mail address such as ahmed@example.com, or leave it empty."
URGENT = "Say with true or false whether the order is urgent."

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
    ("email", "ahmed", EMAIL),
    ("email", "ahmed@", EMAIL),
    ("email", "ahmed@example", EMAIL),
    ("email", "ahmed@example.com\nBcc: all@example.com", EMAIL),
    ("email", "Ahmed <ahmed@example.com>", EMAIL),
    ("email", "a@example.com, b@example.com", EMAIL),
    ("email", "أحمد@example.com", EMAIL),
    ("email", "ahmed\ud83d@example.com", EMAIL),
    ("email", "a" * 64 + "@" + "b." * 100 + "example.com", EMAIL),
    ("email", "a@" + "b" * 100_000, EMAIL),
    ("email", 42, EMAIL),
    ("email", False, EMAIL),
    ("email", ["ahmed@example.com"], EMAIL),
    ("urgent", "true", URGENT),
    ("urgent", 1, URGENT),
    ("urgent", None, URGENT),
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
    """Nobody likes to correct a form five times; quantity, e-mail and urgency may be missing."""
    with pytest.raises(InvalidOrder) as seen:
        read_order({})
    assert set(seen.value.problems) == {"customerName", "productName", "totalPrice", "wilaya", "phone"}
    assert str(seen.value) == " ".join(seen.value.problems.values())


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
    ("text", "address"),
    [
        ("ahmed@example.com", "ahmed@example.com"), (" Ahmed@EXAMPLE.com ", "Ahmed@example.com"),
        ("ahmed+shop@mail.example.dz", "ahmed+shop@mail.example.dz"), ("a@bücher.example", "a@xn--bcher-kva.example"),
        (None, None), ("", None), ("  ", None),
    ],
)  # fmt: skip
def test_an_address_is_kept_as_mail_servers_want_it(
    ahmed: dict[str, object], text: str | None, address: str | None
) -> None:
    """Capitals matter before the @ and not behind it; who leaves it empty gets no mail and no complaint."""
    assert read_order(ahmed | {"email": text}).email == address


def test_mail_and_urgency_may_be_left_out(ahmed: dict[str, object]) -> None:
    """The guide's order has neither."""
    order = read_order(ahmed)
    assert (order.email, order.urgent) == (None, False)
    assert read_order(ahmed | {"urgent": True}).urgent is True


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("customerName", "productName", "totalPrice", "quantity", "wilaya", "phone", "email", "urgent")


@given(
    changes=st.dictionaries(st.sampled_from(FIELDS), JSON),
    mail=st.none() | st.emails() | st.text(alphabet='a@.\r\n <>"\\é\u202e', max_size=30),
)
@settings(max_examples=80, deadline=None)
def test_whatever_comes_is_an_order_or_a_sentence_for_each_wrong_field(
    changes: dict[str, object], mail: str | None
) -> None:
    """No other exception, no complaint about a right field, and nothing that could break a mail's header."""
    problems: dict[str, str] = {}
    try:
        order = read_order(AHMED | {"email": mail} | changes)
    except InvalidOrder as error:
        problems = error.problems
        order = read_order(AHMED)
    assert set(problems) <= set(changes) | {"email"}
    assert all(sentence.endswith(".") for sentence in problems.values())
    for text in (order.customer_name, order.product_name, order.email or "", order.phone):
        assert not set(text) & set("\r\n\x00")
        text.encode()
    assert len(order.email or "") <= 254
    assert (order.email or "a").isascii()
    assert type(order.urgent) is bool
    assert 1 <= order.total_centimes <= 100_000_000_000


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


@given(
    text=st.from_regex(r"(\+213|00213|0|\+33|)[ -]?[0-9]([ -]?[0-9]){6,9}", fullmatch=True)
    | st.from_regex(r"(\+213 ?|00213 ?|0)[567][45679]([ -]?[0-9]){7}[ -]?", fullmatch=True)
    | st.text(alphabet="0123456789+ -().\u0660x", max_size=20)
)
@settings(max_examples=300, deadline=None)
def test_the_short_way_for_usual_numbers_says_what_libphonenumber_says(text: str) -> None:
    """It may be faster than the long way; it may never know better."""
    assert e164(text) == _thoroughly(text)
