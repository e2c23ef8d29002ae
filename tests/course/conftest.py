"""A lesson on the run's broker, with a record and a virtual host of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.broker.address import Broker
from labs.course import open_lesson
from labs.course.lesson import Lesson


@pytest.fixture
def lesson_name() -> str:
    """Which lesson `lesson` is; a file that wants another says so with a fixture of this name."""
    return "01_producers"


@pytest.fixture
def lesson(
    broker: Broker, lesson_name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Lesson]:
    """An open lesson that leaves nothing behind."""
    monkeypatch.setenv("LABS_HOME", str(tmp_path))
    monkeypatch.setenv("LABS_AMQP_URL", broker.url())
    monkeypatch.setenv("LABS_MANAGEMENT_URL", broker.management_url)
    monkeypatch.setenv("LABS_VHOST_PREFIX", f"test-{tmp_path.name}")
    opened = open_lesson(lesson_name)
    yield opened
    opened.close()
