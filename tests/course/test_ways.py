"""The four ways of notebook 14: what is told, what is lost, and how a promise is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from labs.course.programs import office_http, office_poll, office_socket
from labs.course.ways import (
    Cost,
    Heard,
    Office,
    OpenLine,
    first_order,
    free_port,
    judged,
    lines_changed,
    outage,
    trial,
    two_services,
)


def nobody(order: dict[str, Any]) -> None:
    """Tell nobody."""


def fails(order: dict[str, Any]) -> None:
    """Tell nobody, and say so."""
    raise httpx.ConnectError("nobody is there")


def one(order: dict[str, Any]) -> None:
    nobody(order)


def two(order: dict[str, Any]) -> None:
    nobody(order)
    fails(order)


def test_an_order_is_stored_although_the_telling_fails(tmp_path: Path) -> None:
    """The customer reads 500 and has ordered: the trap of section 1."""
    assert first_order(tmp_path, fails) == (500, 1)
    assert first_order(tmp_path, nobody) == (201, 1)


def test_by_http_the_customer_waits_for_the_office_and_it_knows_first(tmp_path: Path) -> None:
    """What the first section measures, with an office that takes its time."""
    port = free_port()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as desk:
        run = trial(
            tmp_path,
            lambda order: desk.post("/", json=order),
            Office(office_http, port, busy_ms=60),
            orders=3,
        )
    assert run.answer_ms > 60
    assert (run.known, run.accepted, run.stored, run.missed, run.asked) == (3, 3, 3, [], [0])


def test_an_outage_loses_what_is_only_sent_and_not_what_lies_in_a_table(tmp_path: Path) -> None:
    """Two ways through the same outage, and the words that go with its picture."""
    line = OpenLine()
    ways = {
        "polling": (nobody, Office(office_poll, 0.05)),
        "line": (line.send, Office(office_socket, line.url)),
    }
    looked: list[int] = []
    away = outage(tmp_path, ways, orders=4, seconds=0.2, meanwhile=lambda: looked.append(1))
    line.close()
    assert away.missed == {"polling": 0, "line": 4}
    assert away.trials["line"].missed == [45, 46, 47, 48]
    assert away.accepted == {"polling": 10, "line": 10}
    assert looked == [1]
    assert away.trials["polling"].asked[0] > 0
    picture = Heard(away)
    assert repr(picture).endswith("it hears later by polling, and never by line.")
    assert picture._repr_png_().startswith(b"\x89PNG")


def test_a_line_to_one_service_hears_nothing_of_the_other(tmp_path: Path) -> None:
    """Half of the orders."""
    near, far = OpenLine(), OpenLine()
    assert two_services(tmp_path, near.send, far.send, Office(office_socket, near.url), 6) == 3
    assert far.send({"orderId": 1}) == 0
    near.close()
    far.close()


@pytest.mark.parametrize(
    ("cases", "row"),
    [
        ({"day": True, "night": True}, ["true", "day; night", None]),
        ({"day": True, "night": False}, ["true if", "day", "night"]),
        ({"day": False, "night": False}, ["not quite", None, "day; night"]),
    ],
)
def test_a_promise_is_judged_by_its_cases(cases: dict[str, bool], row: list[str | None]) -> None:
    """It is true only when no case speaks against it."""
    assert judged("it works", cases) == ["it works", *row]


def test_a_promise_that_was_not_tried_is_not_judged() -> None:
    """No cases, no verdict."""
    with pytest.raises(ValueError, match="not tried"):
        judged("it works", {})


def test_changed_lines_are_those_that_had_to_be_written() -> None:
    """One more call is one line; the same function is none."""
    assert lines_changed(one, two) == 1
    assert lines_changed(one, one) == 0


def test_the_words_of_the_cost_picture_name_the_longest_bars() -> None:
    """What a reader without the picture gets."""
    cost = Cost({"a": {"answer": 400.0, "news": 2.0}, "b": {"answer": 4.0, "news": 500.0}})
    assert repr(cost) == "The longest bars. answer: a. news: b."
    assert cost._repr_png_().startswith(b"\x89PNG")
