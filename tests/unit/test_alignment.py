"""Word by word: the steps agree with the matcher, lose no word, and say what stood in the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.alignment import Alignment, align
from labs.routing import topic_matches, words

key_words = st.lists(st.sampled_from(["", "a", "b", "order", "*"]), max_size=6).map(".".join)
pattern_words = st.lists(st.sampled_from(["", "a", "b", "order", "*", "#"]), max_size=6).map(".".join)


def drawn(found: Alignment) -> str:
    """The steps in short: the pattern's word, what became of it, the key's words."""
    return " | ".join(
        f"{'-' if step.word is None else step.word} {step.outcome} {'.'.join(found.given[step.start : step.end])}"
        for step in found.steps
    )


@pytest.mark.parametrize(
    ("pattern", "key", "steps"),
    [
        ("order.*", "order.created", "order equal order | * one created"),
        ("order.#", "order.created.eu", "order equal order | # many created.eu"),
        ("order.#", "order", "order equal order | # many "),
        ("a.#.b", "a.b", "a equal a | # many  | b equal b"),
        ("#.#", "a.b", "# many  | # many a.b"),
        ("#.a.#", "x.a.y.a", "# many x | a equal a | # many y.a"),
        ("order.*.algiers", "order..algiers", "order equal order | * one  | algiers equal algiers"),
        (
            "order.paid.*.#",
            "order.created.eu",
            "order equal order | paid stopped created | * unasked eu | # unasked ",
        ),
        ("a", "b.c.d", "a stopped b | - unasked c | - unasked d"),
        ("order.*", "order.created.eu.x", "order equal order | * one created | - left eu | - left x"),
        ("order.*.x", "order", "order equal order | * stopped  | x unasked "),
        ("#.x", "a.b", "# many a.b | x stopped "),
        ("#.a.b", "a.c.a.d", "# many a.c | a equal a | b stopped d"),
        ("*", "", "* stopped "),
        ("", "a", "- left a"),
        ("", "", ""),
    ],
)
def test_each_word_is_shown_with_what_became_of_it(pattern: str, key: str, steps: str) -> None:
    """Taken, stopped, left over, or not asked any more."""
    assert drawn(align(pattern, key)) == steps


@given(pattern_words, key_words)
def test_the_alignment_agrees_with_the_matcher(pattern: str, key: str) -> None:
    """It fits exactly when every step took its words."""
    assert align(pattern, key).fits == topic_matches(pattern, key)


@given(pattern_words, key_words)
def test_no_word_is_lost_and_none_is_used_twice(pattern: str, key: str) -> None:
    """The steps cover the key from end to end, and hold the pattern's words in their order."""
    found = align(pattern, key)
    ends = [0, *(step.end for step in found.steps)]
    assert [step.start for step in found.steps] == ends[:-1]
    assert ends[-1] == len(found.given) == len(words(key))
    assert [step.word for step in found.steps if step.word is not None] == words(pattern)


@given(pattern_words, key_words)
def test_a_word_that_took_others_was_allowed_to(pattern: str, key: str) -> None:
    """`*` took one, `#` any number, a plain word its like; what stopped is not the same word."""
    found = align(pattern, key)
    for step in found.steps:
        took = list(found.given[step.start : step.end])
        match step.outcome:
            case "equal":
                assert took == [step.word]
            case "one":
                assert (step.word, len(took)) == ("*", 1)
            case "many":
                assert step.word == "#"
            case "stopped":
                assert step.word != "#"
                assert took != [step.word]
            case "left":
                assert step.word is None
    assert sum(step.outcome == "stopped" for step in found.steps) <= 1


@pytest.mark.parametrize(
    ("pattern", "key", "says"),
    [
        ("order.*", "order.created", 'order = order, * took "created"'),
        ("order.#", "order", "order = order, # took no word"),
        ("order.paid", "order.created", '"created" is not paid'),
        ("order.", "order.created", '"created" is not ""'),
        ("order.*", "order.created.eu.x", 'nothing in the pattern takes "eu.x"'),
        ("order.paid", "order", "no word is left for paid"),
        ("#.x.y", "a.b", "no x comes after what # may take"),
        ("", "", "no words on either side"),
    ],
)
def test_the_reason_is_one_line(pattern: str, key: str, says: str) -> None:
    """What `explain` and the playground say."""
    assert align(pattern, key).why == says


def test_the_longest_texts_are_read_too() -> None:
    """255 bytes are at most 256 words; a reading that tried every split would not come back from these."""
    assert align(".".join("#" * 127), ".".join("a" * 127)).fits
    assert not align(".".join("#" * 120) + ".x", "." * 254).fits
