"""What README.md and CONTRIBUTING.md say is true: every command, option, path, link, stage and variable is real."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from labs import paths
from labs.cli.app import COMMANDS, app
from labs.cli.test import STAGES
from labs.course.catalogue import COURSE

ROOT = paths.project_root()
assert ROOT is not None
DOCUMENTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")}
#: What the project makes and git does not keep.
MADE = (".venv", ".labs")


def code(text: str) -> Iterator[str]:
    """The lines of fenced blocks and the pieces of inline code, without comments."""
    for block in re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines() if line.strip())
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


PIECES = [(name, piece) for name, text in DOCUMENTS.items() for piece in code(text)]


def mentions(pattern: str) -> list[str]:
    """What stands in code that matches ``pattern``, in either document."""
    return sorted({m.group(1) for _, piece in PIECES for m in re.finditer(pattern, piece)})


def test_every_make_target_exists() -> None:
    """`make` itself is asked, without running anything."""
    targets = mentions(r"^make ([a-z]+)")
    assert {"learn", "test", "outputs", "clean"} <= set(targets)
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("words", mentions(r"python -m labs ([^|&]+)"))
def test_every_labs_command_exists_with_its_options(words: str) -> None:
    """Command, subcommand and options are known to the command line."""
    command: Any = typer.main.get_command(app)
    for word in shlex.split(words):
        context = command.make_context("labs", [], resilient_parsing=True)
        if word.startswith("-"):
            options = {
                name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)
            }
            assert word in options, words
        elif hasattr(command, "get_command"):
            command = command.get_command(context, word)
            assert command is not None, f"there is no {words!r}"


def test_every_command_of_the_help_is_one_line_that_tells_what_it_does() -> None:
    """`python -m labs --help` is the first thing a curious person types."""
    group: Any = typer.main.get_command(app)
    context = group.make_context("labs", [], resilient_parsing=True)
    helps = {name: group.get_command(context, name).help for name in COMMANDS}
    assert all(text and text.strip().endswith(".") for text in helps.values()), helps


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading(document: str) -> None:
    """A reader on GitHub never meets a dead link."""
    text = DOCUMENTS[document]
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert links
    for link in links:
        place, _, anchor = link.partition("#")
        if place.startswith("https://"):
            continue
        assert not place or (ROOT / place).exists(), link
        assert place or anchor in anchors, link


def test_every_path_exists() -> None:
    """Files and folders that are named in code are in the checkout, or are made by it."""
    path = r"(?<![\w:/.$=*-])((?:[\w.-]+/)+[\w.*-]*|[\w-]+\.(?:md|yml|toml|txt|ipynb|py))(?![\w:])"
    named = {
        (document, word) for document, piece in PIECES for word in re.findall(path, piece.partition("::")[0])
    }
    assert len(named) > 10
    missing = [n for n in named if not n[1].startswith(MADE) and not list(ROOT.glob(n[1].rstrip("/")))]
    assert not missing


def test_every_stage_of_the_gate_is_explained_and_no_other() -> None:
    """The README's table of stages is the table of labs/cli/test.py."""
    section = DOCUMENTS["README.md"].partition("## How it is tested")[2].partition("\n## ")[0]
    cells = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    explained = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert explained == [stage.name for stage in STAGES]
    assert set(mentions(r"ARGS=(unit|ruff|mypy|layers|live|nbval4?|rabbitmq4)\b")) <= set(explained)


def test_the_table_of_notebooks_is_the_course() -> None:
    """Each notebook in order, with its title, its minutes, and a promise."""
    rows = re.findall(
        r"^\| \[(.+?)\]\(notebooks/(.+?)\.ipynb\) \| (\d+) \| (.+) \|$", DOCUMENTS["README.md"], re.MULTILINE
    )
    assert [row[:3] for row in rows] == [
        (f"{n.number:02d} · {n.title}", n.name, str(n.minutes)) for n in COURSE
    ]
    assert all(len(row[3].split()) > 5 for row in rows)


@pytest.mark.parametrize("variable", mentions(r"\b(LABS_[A-Z_]+)\b"))
def test_every_variable_is_read_somewhere(variable: str) -> None:
    """A setting that nothing reads would be a lie."""
    readers = [*(ROOT / "labs").rglob("*.py"), ROOT / "docker-compose.yml"]
    assert any(variable in path.read_text(encoding="utf-8") for path in readers)


def test_the_readme_shows_a_picture_or_marks_its_place() -> None:
    """A picture of the course in action belongs near the top."""
    top = DOCUMENTS["README.md"].partition("## Two commands")[0]
    assert "](notebooks/images/" in top or "<!-- PICTURE" in top
