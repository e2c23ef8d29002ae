"""Keeping a solved exercise: what is right is kept, what is wrong is not, and the shop runs with what was kept."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labs.course.exercise import exercises
from labs.course.keeping import PROOF
from labs.course.lesson import Lesson
from labs.course.portable import portable
from labs.errors import LabsError
from labs.orders.domain.own_part import OWN_PARTS
from labs.orders.running import OrderSystem

WRONG = Path(__file__).parent.parent / "wrong_answers"
SOLUTIONS = Path(exercises("19_order_notifications")[0].solution).parent
FORM = {"customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000, "wilaya": "Algiers"}
FORM["phone"] = "+213 555 123 456"


def written(path: Path, folder: Path) -> Callable[..., Any]:
    """The function of a file, as if the learner had written it in a cell: `__main__`, with a source to read."""
    text = path.read_text(encoding="utf-8")
    copy = folder / path.name
    copy.write_text(text, encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, str(copy), "exec"), namespace)  # noqa: S102 - our own file
    found: Callable[..., Any] = namespace[re.findall(r"^def (\w+)", text, re.MULTILINE)[-1]]
    return found


@pytest.fixture
def lesson_name() -> str:
    """Keeping is part of every lesson; this is the one where it is shown."""
    return "19_order_notifications"


def test_every_part_is_proved_by_an_exercise_that_there_is() -> None:
    """The shop's places, the proofs and the exercises agree."""
    assert set(PROOF) == set(OWN_PARTS)
    known = {one.id for name in ("07_consuming_safely", "19_order_notifications") for one in exercises(name)}
    assert set(PROOF.values()) <= known


def test_the_shop_runs_with_what_was_kept(
    lesson: Lesson, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kept in one kernel, found in the next: the text alone makes the parts again."""
    assert lesson.own_parts() == {}
    for part, file in (("relay", "nb19_ex2"), ("warehouse", "nb19_ex1"), ("archive", "nb07_ex1")):
        lesson.keep(part, written(SOLUTIONS / f"{file}.py", tmp_path))
    lesson.kept()
    said = capsys.readouterr().out
    assert said.count("✓ kept") == 3
    assert "yours: carry_rows" in said
    mine = lesson.own_parts()
    assert set(mine) == set(OWN_PARTS)
    with OrderSystem(lesson.broker, vhost=lesson.vhost, home=tmp_path / "shop", parts=mine) as shop:
        shop.wait_for_notification(shop.place(FORM)["id"])
        assert lesson.wait_for("the warehouse to hear of it", lambda: lesson.depth("warehouse.orders")) == 1
    lesson.unkeep("relay")
    assert set(lesson.own_parts()) == {"warehouse", "archive"}


@pytest.mark.parametrize(
    ("part", "file"),
    [
        ("relay", "nb19_ex2__marks_all"),
        ("warehouse", "nb19_ex1__hears_everything"),
        ("archive", "nb07_ex1__ack_first"),
    ],
)
def test_a_wrong_one_is_not_kept(
    lesson: Lesson, tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str, file: str
) -> None:
    """And the learner reads why; what was kept before stays."""
    lesson.keep(part, written(WRONG / f"{file}.py", tmp_path))
    said = capsys.readouterr().out
    assert f"○ not kept · {part}" in said
    assert "✗ not yet" in said
    assert lesson.own_parts() == {}


def test_a_starter_is_not_kept_and_not_called_wrong(
    lesson: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has written nothing goes on with the course's part."""

    def carry_rows(channel: Any, rows: Any) -> None:
        """As in the starter cell."""

    lesson.keep("relay", carry_rows)
    assert "not attempted" in capsys.readouterr().out
    assert lesson.own_parts() == {}
    with pytest.raises(LabsError, match="no place for 'kitchen'"):
        lesson.keep("kitchen", carry_rows)


def test_a_function_takes_its_imports_constants_and_helpers_along(tmp_path: Path) -> None:
    """And says which name cannot go along."""
    text = """
    import json, concurrent.futures
    from collections import Counter as Bag
    LIMIT = 3
    CHANNEL = object()

    def double(number):
        return 2 * number

    def good(channel, name="x"):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            return json.dumps([double(LIMIT), list(pool.map(len, ["ab"])), Bag("a")["a"]])

    def bad(channel):
        return CHANNEL
    """
    file = tmp_path / "cell.py"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    cell: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), cell)  # noqa: S102
    alone: dict[str, Any] = {}
    exec(portable(cell["good"]), alone)  # noqa: S102
    assert alone["good"](None) == "[6, [2], 1]"
    assert "CHANNEL" not in alone
    with pytest.raises(LabsError, match="bad uses CHANNEL, which is only in this kernel"):
        portable(cell["bad"])
    with pytest.raises(LabsError, match="Only a function"):
        portable(print)
