"""Every rule accepts a good notebook and catches a bad one: a rule that cannot fail is no rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from labs.authoring.page import Page
from labs.authoring.rules import RULES, check
from labs.authoring.rules import exercises as exercise_rules
from tests.notebooks.exemplar import exemplar

Damage = Callable[[Page], Any]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A notebook that keeps every rule, with two exercises that its checks know."""
    known = [SimpleNamespace(id="98.1"), SimpleNamespace(id="98.2")]
    monkeypatch.setattr(exercise_rules, "exercises", lambda _name: known)
    return exemplar(tmp_path)


def source(name: str, old: str, new: str) -> Damage:
    """Replace a piece of a cell's source."""

    def damage(page: Page) -> None:
        cell = page.cell(name)
        assert cell is not None
        assert old in cell.source, f"{old!r} is not in {name}"
        cell.source = cell.source.replace(old, new)

    return damage


def output(cell_name: str, **fields: Any) -> Damage:
    """Give a cell one more output."""

    def damage(page: Page) -> None:
        cell = page.cell(cell_name)
        assert cell is not None
        cell.outputs.append(nbformat.v4.new_output(**fields))

    return damage


def printed(text: str) -> Damage:
    """Let a cell have printed this."""
    return output("s1-run", output_type="stream", name="stdout", text=text)


def metadata(name: str, **fields: Any) -> Damage:
    """Write into a cell's metadata."""

    def damage(page: Page) -> None:
        cell = page.cell(name)
        assert cell is not None
        cell.metadata.update(fields)

    return damage


def dependent(*names: str, **fields: Any) -> Damage:
    """Let cells print what the broker's version decides, in order but for the `fields`."""

    def damage(page: Page) -> None:
        for name in names:
            metadata(name, tags=["broker-dependent"], reason="priorities came with RabbitMQ 4")(page)
            cell = page.cell(name)
            assert cell is not None
            cell.metadata.update({key: value for key, value in fields.items() if key == "tags"})
            cell.update({key: value for key, value in fields.items() if key != "tags"})

    return damage


def drop(name: str) -> Damage:
    """Take a cell out."""
    return lambda page: page.notebook.cells.remove(page.cell(name))


def swap(one: str, other: str) -> Damage:
    """Let two cells change places."""

    def damage(page: Page) -> None:
        names = [cell.id for cell in page.cells]
        a, b = names.index(one), names.index(other)
        cells = page.notebook.cells
        cells[a], cells[b] = cells[b], cells[a]

    return damage


def more(count: int, kind: str = "code") -> Damage:
    """Add cells to the first section."""

    def damage(page: Page) -> None:
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        page.notebook.cells[4:4] = [new("x = 1", id=f"s1-more-{n}") for n in range(count)]

    return damage


def fat(page: Page) -> None:
    """Make the file large."""
    page.path.write_text(" " * 300_000, encoding="utf-8")


FIGURE = {"image/png": "AAAA", "text/plain": "<Figure size 640x480 with 1 Axes>"}
WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "HBox()"}

#: For every rule at least one way to break it.
BREAKS: list[tuple[str, Damage]] = [
    ("cell_names", lambda page: page.cells[5].update(id="a1b2c3d4")),
    ("cell_names", lambda page: page.cells[5].update(id="setup")),
    ("cell_order", swap("recap", "questions")),
    ("cell_order", drop("teardown")),
    ("cell_order", drop("ex1-solution")),
    ("section_numbers", lambda page: [c.update(id=c.id.replace("s2-", "s3-")) for c in page.cells]),
    ("cell_kinds", lambda page: page.cell("score").metadata.pop("tags")),
    ("cell_kinds", metadata("s1-run", tags=["starter"])),
    ("title_line", source("s1-story", "## 1", "# 1")),
    ("title_line", source("title", "# 98 · Example", "# Example")),
    ("title_line", source("title", "30 minutes", "soon")),
    ("goals", source("goals", "- Declare a queue.\n", "")),
    ("goals", source("goals", "What you will be able to do", "Goals")),
    ("recap", source("recap", "- You read a refusal.\n", "")),
    ("recap", source("recap", "It costs you", "Price")),
    ("questions", source("questions", "- What is 406?", "")),
    ("code_cells", more(14)),
    ("cell_length", source("s1-run", "value = 1", "value = 1\n" * 15)),
    ("median_length", lambda page: [c.update(source="x = 1") for c in page.code if c.id != "parameters"]),
    ("prose_per_code", more(12, "markdown")),
    ("section_beat", drop("s1-read")),
    ("section_beat", source("s1-story", "## 1", "### 1")),
    (
        "something_breaks",
        source("s2-run", "with expect(ChannelClosedByBroker, code=406) as seen:", "if True:"),
    ),
    ("brokers_own_view", source("s2-show", "lesson.show", "print")),
    ("file_size", fat),
    ("parses", source("s1-run", "value = 1", "value = = 1")),
    ("parameters", source("parameters", "= 3  #", "= len('abc')  #")),
    ("parameters", source("parameters", "  # how many", "")),
    ("parameters", source("parameters", "N: int", "N")),
    ("parameters", source("parameters", "\nN: int = 3  # how many", "")),
    ("parameters", source("parameters", "False", "True")),
    ("parameters", metadata("parameters", test_values={})),
    ("parameters", metadata("parameters", test_values={"N": 3})),
    ("opened_and_closed", source("setup", "98_example", "03_queues")),
    ("opened_and_closed", source("teardown", "lesson.close()", "pass")),
    ("opened_and_closed", source("score", "lesson.score()", "pass")),
    ("forbidden_code", source("s1-run", "value = 1", "value = 1;")),
    ("forbidden_code", source("s1-run", "value = 1", "clear_output()")),
    ("forbidden_code", source("s1-run", "value = 1", "from tqdm.auto import tqdm")),
    ("forbidden_code", source("s1-run", "value = 1", "value = input('how many?')")),
    ("forbidden_code", source("s1-run", "value = 1", "asyncio.run(main())")),
    ("forbidden_code", source("s1-run", "value = 1", "%time value = 1")),
    ("forbidden_code", source("s1-run", "value = 1", "# NBVAL_IGNORE_OUTPUT")),
    ("forbidden_code", source("s1-run", "value = 1", "channel.start_consuming()")),
    ("forbidden_code", metadata("s1-run", tags=["raises-exception"])),
    ("forbidden_code", metadata("s1-run", tags=["nbval-skip"])),
    ("quiet_callbacks", source("s1-run", "value = 1", "Thread(target=lambda: print(1)).start()")),
    (
        "quiet_callbacks",
        source("s1-run", "value = 1", "def heard(*_):\n    print(1)\nchannel.basic_consume('q', heard)"),
    ),
    ("predictions_measured", source("s1-run", 'lesson.measured("1.1", value)', "value")),
    ("predictions_measured", source("s1-run", '"1.1"', '"1.2"')),
    ("exercise_count", lambda page: [c.update(id=c.id.replace("ex2-", "ex3-")) for c in page.cells]),
    ("exercise_count", lambda page: [page.notebook.cells.remove(c) for c in page.cells if c.id[:3] == "ex2"]),
    ("exercise_prompt", source("ex1-prompt", "Exercise 98.1 ·", "Task:")),
    ("exercise_prompt", source("ex1-prompt", "<details>", "<div>")),
    ("exercise_starter", source("ex1-starter", '    """Leave one message in the queue inbox."""\n', "")),
    ("exercise_starter", source("ex1-check", "answer_1", "answer_2")),
    ("exercise_starter", source("ex1-check", "98.1", "98.2")),
    ("starter_stands_alone", source("s1-run", "value = 1", "value = answer_1(None)")),
    ("exercise_solution", source("ex1-solution", "nb98_ex1", "nb98_ex2")),
    ("exercise_solution", source("ex1-solution", "<details>", "```python\npass\n```\n<details>")),
    ("executed", lambda page: page.cell("s1-run").update(execution_count=None)),
    ("executed", lambda page: page.cell("s1-run").update(execution_count=17)),
    ("no_errors", output("s1-run", output_type="error", ename="ValueError", evalue="no", traceback=[])),
    ("no_errors", output("s1-run", output_type="stream", name="stderr", text="a warning")),
    ("no_widgets", output("s1-run", output_type="display_data", data=WIDGET)),
    ("no_widgets", lambda page: page.notebook.metadata.update(widgets={})),
    ("ignored_outputs", metadata("s1-run", tags=["nbval-ignore-output"])),
    ("ignored_outputs", metadata("s1-run", tags=["broker-dependent"])),
    ("broker_dependent", dependent("s1-run", "s1-predict", "s2-run", "s2-show", "setup")),
    ("broker_dependent", dependent("s1-run", outputs=[])),
    ("broker_dependent", dependent("s1-run", tags=["broker-dependent", "nbval-ignore-output"])),
    (
        "ignored_outputs",
        lambda page: [
            cell.metadata.update(tags=["nbval-ignore-output"], reason="its numbers differ")
            for cell in page.code
            if cell.id.startswith("s")
        ],
    ),
    ("stable_outputs", printed("<Thing object at 0x7f3a2b4c5d6e>")),
    ("stable_outputs", printed("<BlockingChannel impl=…>")),
    ("stable_outputs", printed("amq.gen-JzTY20BRgKO-HjmUJj0wLg")),
    ("stable_outputs", printed("f81d4fae-7dec-41d0-a765-00a0c91e6bf6")),
    ("stable_outputs", printed("http://127.0.0.1:43321/")),
    ("stable_outputs", printed("2026-11-23 01:34:00")),
    ("stable_outputs", printed("amqp://admin:secret@127.0.0.1:5672/")),
    ("no_machine_traces", printed("/home/ahmed/course/notebooks")),
    ("no_machine_traces", source("s1-read", "One message", "/home/ahmed: one message")),
    ("plain_metadata", lambda page: page.notebook.metadata.update(papermill={})),
    ("plain_metadata", lambda page: page.notebook.metadata.kernelspec.update(display_name="Mine")),
    ("plain_metadata", lambda page: page.notebook.metadata.language_info.update(version="3.11.2")),
    ("plain_metadata", metadata("s1-run", execution={"iopub.status.busy": "2026"})),
    ("pictures_in_words", output("s1-run", output_type="display_data", data=FIGURE)),
    ("one_sentence_per_line", source("s1-read", "One message waits.", "One message waits. Nobody reads it.")),
    ("short_stories", source("s1-story", "A queue", "word " * 121)),
    ("alt_text", source("s1-read", "One message waits.", "![](picture.svg)")),
    ("alt_text", source("s1-read", "One message waits.", '<img src="picture.svg">')),
    ("alt_text", source("s1-read", "One message waits.", "```mermaid\ngraph LR\n```")),
    ("headings", source("s2-story", "## 2", "#### 2")),
    ("links_resolve", source("s2-more", "00_start_here.ipynb", "00_start.ipynb")),
    ("links_resolve", source("s2-more", "00_start_here.ipynb", "00_start_here.ipynb#nowhere")),
    ("links_resolve", source("s2-more", "00_start_here.ipynb", "/notebooks/00_start_here.ipynb")),
    ("addresses", source("s2-more", "https://www.rabbitmq.com/docs", "http://www.rabbitmq.com/docs")),
    ("addresses", source("s2-more", "https://www.rabbitmq.com/docs", "https://127.0.0.1:15672/")),
    ("navigation_fresh", source("next", "Contents", "Back")),
]


def test_the_exemplar_keeps_every_rule(page: Page) -> None:
    """What the other tests damage is whole to begin with."""
    assert [str(violation) for violation in check(page)] == []


@pytest.mark.parametrize(("rule", "damage"), BREAKS, ids=[rule for rule, _ in BREAKS])
def test_a_rule_catches_what_it_forbids(page: Page, rule: str, damage: Damage) -> None:
    """One piece of damage, and the rule that forbids it says so."""
    damage(page)
    assert rule in {violation.rule for violation in check(page)}


def test_every_rule_is_broken_by_some_test() -> None:
    """No rule is left unproved, and each has a sentence."""
    assert {rule.name for rule in RULES} == {rule for rule, _ in BREAKS}
    assert all(rule.sentence.endswith(".") for rule in RULES)


def test_an_exemption_with_a_reason_is_heard(page: Page) -> None:
    """A rule may be broken openly: named, and with a reason."""
    source("questions", "- What is 406?", "")(page)
    page.notebook.metadata["exempt"] = {"questions": "the last part asks them instead"}
    assert check(page) == []


@pytest.mark.parametrize(
    ("exempt", "said"),
    [
        ({"no_such_rule": "a reason with many words"}, "is no rule"),
        ({"questions": "a reason with many words"}, "drop its exemption"),
        ({"questions": "no reason"}, "gives no reason"),
        (dict.fromkeys(["questions", "goals", "recap", "headings"], "a reason with many words"), "at most"),
    ],
)
def test_a_careless_exemption_is_a_violation_itself(page: Page, exempt: dict[str, str], said: str) -> None:
    """Unknown, unneeded, unexplained, or too many: an exemption is not a way out of the house."""
    page.notebook.metadata["exempt"] = exempt
    assert any(said in violation.message for violation in check(page))
