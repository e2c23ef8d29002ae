"""The tree of errors: what each one says, and where it sends the learner."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from labs import errors
from labs.errors import BrokerRefused, LabsError, NotFound, Unroutable, WaitTimeout


def _family(base: type[LabsError] = LabsError) -> Iterator[type[LabsError]]:
    yield base
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _family(child)


FAMILY = list(_family())


def test_the_drawing_at_the_top_names_exactly_the_classes_below() -> None:
    """The tree in the docstring is the tree in the code, in the same order."""
    drawn = re.findall(r"^ {4}(?:[│├└─ ]*)([A-Z]\w+)(?=\s|$)", errors.__doc__ or "", re.MULTILINE)
    assert drawn == [each.__name__ for each in FAMILY]


def test_the_drawing_shows_who_inherits_from_whom() -> None:
    """A class is drawn one step to the right of its base."""
    depth = {
        name: (len(rails) // 4)
        for rails, name in re.findall(r"^ {4}([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    }
    for each in FAMILY[1:]:
        base = each.__mro__[1].__name__
        assert depth[each.__name__] == depth[base] + 1, f"{each.__name__} is not drawn below {base}"


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_has_a_code_a_hint_and_a_lesson(kind: type[LabsError]) -> None:
    """A learner is never left with a bare exception."""
    error = kind("One sentence.")
    assert str(error) == "One sentence."
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert error.hint.endswith(".")
    assert re.fullmatch(r"\d\d_[a-z_]+", error.lesson)


def test_no_two_errors_share_a_code() -> None:
    """A code in a log names one class."""
    assert len({each.code for each in FAMILY}) == len(FAMILY)
    assert NotFound.code == "not_found"


def test_a_hint_that_is_given_replaces_the_class_hint() -> None:
    """Only for this one error: the class keeps its own."""
    assert NotFound("No queue.", hint="Look left.").hint == "Look left."
    assert NotFound("No queue.").hint == NotFound.hint != "Look left."


def test_a_refusal_carries_the_code_and_the_words_of_the_broker() -> None:
    """A subclass knows its reply code; the general one is told."""
    assert NotFound("…").reply_code == 404
    told = BrokerRefused("…", reply_code=540, reply_text="NOT_IMPLEMENTED - x")
    assert (told.reply_code, told.reply_text) == (540, "NOT_IMPLEMENTED - x")


def test_unroutable_says_which_exchange_and_key() -> None:
    """So that a program can decide what to do without reading the sentence."""
    error = Unroutable("…", exchange="orders", routing_key="order.created")
    assert (error.exchange, error.routing_key) == ("orders", "order.created")


def test_a_timed_out_wait_says_what_it_awaited_and_what_it_saw() -> None:
    """The sentence makes itself from the two."""
    assert str(WaitTimeout(awaited="5 messages", seen="3")) == "Waited for 5 messages; saw 3."
