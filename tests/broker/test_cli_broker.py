"""`python -m labs broker …` and `python -m labs doctor`, as a person at a terminal sees them."""

from __future__ import annotations

import io
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labs.broker.address import Broker
from labs.broker.ensure import main_node
from labs.broker.ready import is_ready
from labs.cli import app as command_line
from labs.cli import findings

#: The output of one command and its exit code.
Answer = tuple[str, int]
Run = Callable[..., Answer]


@pytest.fixture
def labs(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in this process; a traceback would fail the test by itself."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["labs", *arguments])
        code = 0
        try:
            command_line.main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capfd.readouterr()
        return said.out + said.err, code

    return run


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which no broker can be had, and a new course folder."""
    monkeypatch.setenv("LABS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LABS_RABBITMQ_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("LABS_DOCKER", "0")
    monkeypatch.delenv("LABS_AMQP_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A course folder of its own on this machine; its node is ended with the test."""
    monkeypatch.setenv("LABS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LABS_AMQP_URL", raising=False)
    yield tmp_path / "home"
    main_node(tmp_path / "home").kill()
    main_node(tmp_path / "home").stop()


def test_the_life_of_a_broker_by_hand(labs: Run, own: Path) -> None:
    """Start, look, read the log, stop, look again, reset: every address shown is true."""
    said, code = labs("broker", "start")
    node = main_node(own)
    try:
        assert code == 0
        assert node.broker.amqp_url in said
        assert node.broker.management_url in said
        assert is_ready(node.broker)
        assert labs("broker", "status") == (said, 0)
        log, code = labs("broker", "logs", "--lines", "3")
        assert (len(log.splitlines()), code) == (3, 0)
        screen, code = labs("doctor")
        assert (code, "✗" in screen) == (0, False), screen
        assert node.broker.amqp_url in screen
        assert "quorum queues: yes" in screen
    finally:
        stopped = labs("broker", "stop")
    assert stopped == ("The broker has stopped. Its data stay.\n", 0)
    assert labs("broker", "stop") == ("No broker was running.\n", 0)
    said, code = labs("broker", "status")
    assert ("No broker is running." in said, code) == (True, 1)
    assert (node.home / "data").exists()
    assert labs("broker", "reset", "--yes")[1] == 0
    assert not node.home.exists()


def test_no_broker_to_be_had_is_exit_code_2_and_one_sentence(labs: Run, bare: Path) -> None:
    """And the commands that would help; nothing is written, nothing is traced back."""
    said, code = labs("broker", "start")
    sentence, way = said.strip().splitlines()
    assert code == 2
    assert sentence == "No broker here: neither RabbitMQ nor a Docker engine was found."
    assert "apt install rabbitmq-server" in way
    assert not bare.exists()


def test_the_doctor_says_so_too(labs: Run, bare: Path) -> None:
    """Exit code 2, and the mend beside the fault."""
    screen, code = labs("doctor")
    assert code == 2
    assert "neither RabbitMQ nor a Docker engine" in screen
    assert "apt install rabbitmq-server" in screen


def test_a_folder_that_rabbitmq_cannot_bear_is_refused_and_diagnosed(
    labs: Run, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`broker start` gives the sentence, the doctor the same with the command that mends it."""
    monkeypatch.setenv("LABS_HOME", str(own.parent / "it's mine"))
    said, code = labs("broker", "start")
    assert (code, "start scripts trip over ' in a path" in said) == (2, True)
    screen, code = labs("doctor")
    assert (code, "export LABS_HOME=" in screen) == (1, True)


def test_the_doctor_sees_what_would_be_started_and_taken_ports(labs: Run, own: Path) -> None:
    """Nothing runs: which RabbitMQ it would be, and that a busy port is stepped around."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 5672))
            other.listen()
        except OSError:
            pass  # somebody listens there already, which is just as good
        screen, code = labs("doctor")
    assert code == 0
    assert "not running" in screen
    assert "amqp 5672 (taken: the next free one is used)" in screen
    assert not own.exists()


def test_the_doctor_names_a_package_of_the_wrong_version(
    labs: Run, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the one command that mends it, and exit code 1."""
    monkeypatch.setattr(findings.metadata, "requires", lambda name: ["pika==0.1", "no-such-package==2.0"])
    screen, code = labs("doctor")
    assert code == 1
    assert "(not 0.1)" in screen
    assert "no-such-package missing (not 2.0)" in screen
    assert "python -m pip install -e . -c constraints.txt" in screen


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_reset_asks_first(labs: Run, own: Path, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything but a yes deletes nothing; a script without a keyboard is not kept waiting."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    (own / "broker").mkdir(parents=True)
    said, code = labs("broker", "reset")
    assert code == 1
    assert "Delete every exchange, queue and message" in said
    assert (own / "broker").is_dir()


def test_logs_before_the_first_start_are_one_sentence(labs: Run, own: Path) -> None:
    """Not an empty screen."""
    said, code = labs("broker", "logs")
    assert (code, "no log yet" in said) == (1, True)


def test_a_broker_that_is_named_is_used_and_never_managed(
    labs: Run, own: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LABS_AMQP_URL: shown without its password, not stopped, not emptied."""
    monkeypatch.setenv("LABS_AMQP_URL", broker.url())
    monkeypatch.setenv("LABS_MANAGEMENT_URL", broker.management_url)
    said, code = labs("broker", "status")
    assert code == 0
    assert broker.amqp_url in said
    assert broker.password not in said
    for command in (["stop"], ["reset", "--yes"], ["logs"]):
        said, code = labs("broker", *command)
        assert (code, "did not start" in said) == (1, True)
    assert is_ready(broker)


def test_a_named_broker_that_is_away_is_exit_code_2(
    labs: Run, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is started in its place."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("LABS_AMQP_URL", f"amqp://me:hush@127.0.0.1:{port}/x")
    said, code = labs("broker", "start")
    assert code == 2
    assert f"No broker answers at amqp://127.0.0.1:{port}" in said
    assert "hush" not in said
    screen, code = labs("doctor")
    assert (code, "unset LABS_AMQP_URL" in screen) == (1, True)
    assert not own.exists()
