"""The author's commands: outputs are stored when all is well, and otherwise the file is left as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labs.authoring import reference
from labs.authoring.isolation import broker_environment
from labs.authoring.page import Page
from labs.broker.address import Broker
from labs.broker.management import Management
from labs.cli.author import app
from labs.errors import LabsError
from tests.notebooks.exemplar import notebook

SOURCE = """
%% md title
# Small
%% code vhost
from labs.broker.ensure import ensure_broker
from labs.broker.management import Management
import os
broker = ensure_broker()
name = os.environ["LABS_VHOST_PREFIX"] + ".98_small"
Management(broker).put_vhost(name)
%% code show
print("made", name, "on", broker.management_url)
"""


@pytest.fixture
def small(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A notebook that makes a virtual host, shows its name and an address, and leaves it behind."""
    for name, value in broker_environment(broker).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(reference, "REFERENCE", reference.version_of(broker))
    page = Page(path=tmp_path / "98_small.ipynb", notebook=notebook(SOURCE))
    page.write()
    return page


def test_outputs_are_stored_as_a_learner_would_see_them(small: Page, management: Management) -> None:
    """The prefix and the port of this run are not in the file, and its virtual host is gone."""
    before = management.vhosts()
    done = CliRunner().invoke(app, ["outputs", str(small.path)])
    assert done.exit_code == 0, done.output
    assert "2 cells ran" in done.output
    stored = Page.read(small.path).code[1].outputs[0].text
    assert stored == "made learn.98_small on http://127.0.0.1:15672\n"
    assert management.vhosts() == before


def test_a_notebook_that_fails_is_left_alone(small: Page) -> None:
    """The command names the cell, ends with 1, and the file is what it was, byte for byte."""
    small.notebook.cells[2].source = "1 / 0"
    small.write()
    before = small.path.read_bytes()
    done = CliRunner().invoke(app, ["outputs", str(small.path)])
    assert done.exit_code == 1
    assert "cell show failed" in done.output
    assert "ZeroDivisionError" in done.output
    assert small.path.read_bytes() == before


def test_outputs_of_another_broker_are_refused(small: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with both versions and a way to the right one; the file is what it was."""
    monkeypatch.setattr(reference, "REFERENCE", "1.2.3")
    before = small.path.read_bytes()
    refused = CliRunner().invoke(app, ["outputs", str(small.path)]).exception
    assert isinstance(refused, LabsError)
    assert re.fullmatch(
        r"Outputs are stored from RabbitMQ 1\.2\.3, and this broker is [\d.]+\.", str(refused)
    )
    assert "BROKER=3.10" in refused.hint
    assert small.path.read_bytes() == before


def test_every_rule_is_listed_with_its_sentence() -> None:
    """Whoever meets a rule by name can read what it asks."""
    said = CliRunner().invoke(app, ["rules"]).output
    assert "one_sentence_per_line" in said
    assert "Each sentence has a line of its own" in said
