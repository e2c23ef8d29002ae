"""The way through Docker, with a `docker` that is a script: it tells where the run's own broker is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labs.broker.address import Broker
from labs.broker.docker import Docker
from labs.broker.ensure import ensure_broker
from labs.cli.broker_of_tests import broker_of_tests
from labs.errors import BrokerUnavailable

COMPOSE = "services:\n  rabbitmq:\n    ports: ['127.0.0.1:${COURSE_PORT:-%d}:5672']\n"


class FakeDocker:
    """A project folder with a compose file, and a `docker` on the PATH whose calls are written down."""

    def __init__(self, folder: Path, broker: Broker, busy_port: int) -> None:
        self.folder = folder
        (folder / "docker-compose.yml").write_text(COMPOSE % busy_port)
        script = folder / "bin" / "docker"
        script.parent.mkdir()
        amqp, web = (url.partition("://")[2] for url in (broker.amqp_url, broker.management_url))
        script.write_text(
            f"""#!/bin/sh
            cd "{folder}"
            echo "$*" >> calls
            case "$*" in
              info*) [ ! -e away ] && echo 28.0 ;;
              "compose version") echo v2 ;;
              "compose up"*) echo "$COURSE_PORT" > port
                echo "$COMPOSE_PROJECT_NAME $LABS_RABBITMQ_TAG" > project
                if [ -e broken ]; then echo pulling; echo "no space left"; exit 1; fi; touch up ;;
              "compose port rabbitmq 5672") [ -e up ] && echo {amqp} ;;
              "compose port rabbitmq 15672") [ -e up ] && echo {web} ;;
              "compose logs"*) echo "a line of the log" ;;
              "compose stop"*) rm up ;;
            esac
            """
        )
        script.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """What `docker` was asked, in order."""
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def docker(tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    """A machine without RabbitMQ and with Docker."""
    if (broker.user, broker.password) != ("admin", "admin123"):
        monkeypatch.setattr("labs.broker.docker.is_ready", lambda _: True)
    fake = FakeDocker(tmp_path, broker, broker.port)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("LABS_RABBITMQ_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("LABS_AMQP_URL", raising=False)
    monkeypatch.delenv("LABS_DOCKER", raising=False)
    monkeypatch.setattr("labs.paths.project_root", lambda: tmp_path)
    return fake


def test_without_rabbitmq_a_container_is_started_and_found_again(docker: FakeDocker, broker: Broker) -> None:
    """Docker itself is asked for the addresses, so an override in the compose file is respected."""
    heard: list[float] = []
    home = docker.folder / "home"
    with pytest.raises(BrokerUnavailable, match="No broker is running"):
        ensure_broker(home=home, start=False)
    started = ensure_broker(home=home, progress=heard.append)
    assert (started.source, started.amqp_url, started.management_url) == (
        "docker",
        broker.amqp_url,
        broker.management_url,
    )
    assert "compose up --detach rabbitmq" in docker.calls
    assert ensure_broker(home=home, start=False) == started
    assert ensure_broker(home=home) == started
    assert docker.calls.count("compose up --detach rabbitmq") == 1
    assert heard


def test_a_busy_port_of_the_compose_file_is_stepped_around(docker: FakeDocker, broker: Broker) -> None:
    """Its variable is set to the next free port; one that the person has set is left alone."""
    ensure_broker(home=docker.folder / "home")
    assert int((docker.folder / "port").read_text()) > broker.port


def test_a_container_that_does_not_start_is_one_sentence(docker: FakeDocker) -> None:
    """With Docker's own last words."""
    (docker.folder / "broken").touch()
    with pytest.raises(BrokerUnavailable, match=r"docker compose up -d rabbitmq` failed: no space left"):
        ensure_broker(home=docker.folder / "home")


def test_an_engine_that_is_away_is_no_docker(docker: FakeDocker) -> None:
    """The command is there, the daemon is not: the sentence says how to get a broker."""
    (docker.folder / "away").touch()
    with pytest.raises(BrokerUnavailable, match="neither RabbitMQ nor a Docker engine"):
        ensure_broker(home=docker.folder / "home")


def test_containers_can_be_forbidden(docker: FakeDocker, monkeypatch: pytest.MonkeyPatch) -> None:
    """LABS_DOCKER=0: Docker is not even asked."""
    monkeypatch.setenv("LABS_DOCKER", "0")
    with pytest.raises(BrokerUnavailable, match="neither RabbitMQ nor a Docker engine"):
        ensure_broker(home=docker.folder / "home")
    assert not (docker.folder / "calls").exists()


def test_its_log_is_shown_and_it_can_be_stopped(docker: FakeDocker) -> None:
    """Stopped, not removed: its volume keeps the data."""
    ensure_broker(home=docker.folder / "home")
    project = Docker.of_project()
    assert project is not None
    assert project.log_tail() == "a line of the log"
    project.stop()
    assert project.running() is None
    assert docker.calls[-3] == "compose stop rabbitmq"


def test_a_run_of_the_tests_gets_a_container_of_its_own(
    docker: FakeDocker, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`BROKER=docker:4.2`: another image in another project; the run is told its address, and it ends with the run."""
    monkeypatch.setenv("LABS_HOME", str(docker.folder / "home"))
    with broker_of_tests(needed=True, choice="docker:4.2") as environment:
        assert (docker.folder / "project").read_text() == "rabbitmq-labs-4-2 4.2-management\n"
        assert environment["LABS_AMQP_URL"] == broker.url()
        assert environment["LABS_MANAGEMENT_URL"] == broker.management_url
        assert Path(environment["LABS_HOME_OF_TESTS"]).parent == docker.folder / "home"
    assert "compose stop rabbitmq" in docker.calls
    assert "LABS_AMQP_URL" not in os.environ
    (docker.folder / "away").touch()
    with (
        pytest.raises(BrokerUnavailable, match="no Docker engine answers here"),
        broker_of_tests(needed=True, choice="docker:4.2"),
    ):
        pytest.fail("there is no such broker")
