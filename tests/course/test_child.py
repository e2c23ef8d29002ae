"""Programs in processes of their own: real signals, real ends, and none that outlives its kernel."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from labs.course.child import Child
from labs.errors import WaitTimeout

#: Says what it was told, and then waits for a signal.
ECHO = """\
import sys, time
print(*sys.argv[1:], flush=True)
time.sleep(60)
"""


@pytest.fixture
def echo(tmp_path: Path) -> ModuleType:
    """A program that is not part of the course."""
    program = ModuleType("somewhere.echo")
    program.__file__ = str(tmp_path / "echo.py")
    Path(program.__file__).write_text(ECHO, encoding="utf-8")
    return program


def test_its_words_arrive_and_are_not_in_the_list_of_processes(echo: ModuleType) -> None:
    """An address with a password is handed over by the pipe, where nobody else can read it."""
    with Child(echo, "amqp://u:secret@host/", "two words") as child:
        child.wait_for("amqp://u:secret@host/ two words")
        seen = _ps(_pid(child), "args=")
        assert "echo.py" in seen
        assert "secret" not in seen


def test_a_signal_ends_it_and_the_status_says_which(echo: ModuleType) -> None:
    """What a lesson calls `kill -9` is one."""
    with Child(echo, "hello") as child:
        child.wait_for("hello")
        assert child.end(signal.SIGKILL) == -signal.SIGKILL


def test_leaving_the_block_ends_it(echo: ModuleType) -> None:
    """An interrupted cell leaves no program behind."""
    with Child(echo, "hello") as child:
        child.wait_for("hello")
    assert not _alive(_pid(child))


def test_a_line_that_never_comes_is_told_with_what_came_instead(echo: ModuleType) -> None:
    """The wait has an end, and names what it waited for."""
    with Child(echo, "hello") as child:
        child.wait_for("hello")
        with pytest.raises(WaitTimeout, match=r"goodbye.*hello"):
            child.wait_for("goodbye", within_s=0.2)


def test_one_that_goes_on_is_told(echo: ModuleType) -> None:
    """Who waits for the end of a program that does not end hears of it."""
    with Child(echo, "hello") as child, pytest.raises(WaitTimeout, match="still runs"):
        child.end(within_s=0.2)


def test_it_ends_when_its_kernel_is_killed(echo: ModuleType) -> None:
    """A kernel that dies without a word takes its programs with it."""
    kernel = (
        "import sys, time\nfrom types import ModuleType\nfrom labs.course.child import Child\n"
        "program = ModuleType('echo')\nprogram.__file__ = sys.argv[1]\n"
        "with Child(program, 'hello') as child:\n"
        "    child.wait_for('hello')\n    print(child._process.pid, flush=True)\n    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", kernel, str(echo.__file__)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)


def _pid(child: Child) -> int:
    return child._process.pid


def _alive(pid: int) -> bool:
    """A zombie whose parent has gone is no longer alive."""
    state = _ps(pid, "stat=").strip()
    return bool(state) and not state.startswith("Z")


def _ps(pid: int, column: str) -> str:
    command = ["ps", "-ww", "-o", column, "-p", str(pid)]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout
