"""The matrix of a chaos day says in words what it shows in colours, and planted mistakes go with their block."""

from __future__ import annotations

from contextlib import suppress

import pytest

from labs.course.chaos.audit import PROMISES, Audit
from labs.course.trial import HastyRelay, Matrix, forgetful, hasty_relay
from labs.course.trial.matrix import Row
from labs.orders.process import effects
from labs.orders.process.relay import Relay


def row(fault: str, **broken: tuple[str, ...]) -> Row:
    """A row whose audit found this."""
    found = {name: broken.get(name, ()) for name in PROMISES}
    return Row(
        fault=fault, hit="exit code -9", again=0, audit=Audit(accepted=3, orders=3, events=9, found=found)
    )


@pytest.fixture
def matrix() -> Matrix:
    """One row that is well, and one with two promises broken."""
    made = Matrix()
    made.add(row("the relay is killed"))
    made.add(
        row("a <b>mistake</b>", notified=("order 42 is missing", "order 43 is missing"), once=("order 44",))
    )
    return made


def test_a_matrix_counts_what_was_kept(matrix: Matrix) -> None:
    """Two rows, three findings in two columns."""
    assert len(matrix) == 2
    assert matrix.broken == {"a <b>mistake</b>": ("notified", "once")}
    assert matrix.kept == 2 * len(PROMISES) - 2


def test_a_broken_promise_is_a_mark_a_number_and_a_sentence(matrix: Matrix) -> None:
    """In plain text, for a terminal and for whoever reads without a picture."""
    head, line, well, ill, *sentences = repr(matrix).splitlines()
    assert head.split()[:3] == ["fault", "it", "hit"]
    assert set(line) == {"-", " "}
    assert well.count("✓") == len(PROMISES)
    assert "✗ 2" in ill
    assert "✗ 1" in ill
    assert ill.count("✓") == len(PROMISES) - 2
    assert "order 42 is missing; and 1 more" in sentences[0]


def test_its_html_says_each_mark_in_a_word_and_escapes_what_comes_from_outside(matrix: Matrix) -> None:
    """Colour is never the only sign, and a fault's name is never markup."""
    html = matrix._repr_html_()
    assert html.count('aria-label="kept"') == matrix.kept
    assert 'aria-label="broken 2 times"' in html
    assert "<b>mistake" not in html
    assert "a &lt;b&gt;mistake" in html


def test_a_fault_that_is_tried_again_takes_its_old_place(matrix: Matrix) -> None:
    """A cell may be run twice."""
    matrix.add(row("the relay is killed", parked=("1 in a lot",)))
    assert list(matrix.rows) == ["the relay is killed", "a <b>mistake</b>"]
    assert matrix.only("the relay is killed").broken == {"the relay is killed": ("parked",)}


def test_planted_mistakes_are_gone_after_their_block_however_it_ends() -> None:
    """Also when somebody presses ■ inside."""
    before = Relay.carry, vars(effects)["is_new"], vars(effects)["which_are_new"]
    seen = []
    with suppress(KeyboardInterrupt), hasty_relay(), forgetful("feed"):
        seen = [Relay.carry, vars(effects)["is_new"], vars(effects)["which_are_new"]]
        raise KeyboardInterrupt
    assert seen[0] is HastyRelay.carry
    assert not set(seen) & set(before)
    assert (Relay.carry, vars(effects)["is_new"], vars(effects)["which_are_new"]) == before
