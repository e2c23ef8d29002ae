"""The broker of a run of the tests: started for it, ended with it, and a stranger to your own.

It lives below `labs.paths.home_of_tests()`, which is another folder for each RabbitMQ: data that 3.10 has written
are no data for 4.0, and a run on one must not find the node of the other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from rich.console import Console

from labs import paths
from labs.authoring.isolation import broker_environment
from labs.bootstrap.brokers.choice import Choice
from labs.bootstrap.brokers.obtain import obtain, with_broker
from labs.bootstrap.stop import Stop
from labs.broker.docker import TAG_VARIABLE, Docker
from labs.broker.ensure import ensure_broker, main_node
from labs.errors import BrokerUnavailable

console = Console(highlight=False)


@contextmanager
def broker_of_tests(*, needed: bool, choice: str = "") -> Iterator[Mapping[str, str]]:
    """The environment for the programs of a run, and inside the block this one's, with a broker behind it.

    `choice` is the word after ``--broker``; without it the broker is the one that a lesson would get.
    Raises BrokerUnavailable with one sentence when it cannot be had.
    """
    with chosen(choice), _container() as address, patch.dict(os.environ, address):
        home = paths.home_of_tests()
        home.mkdir(parents=True, exist_ok=True)
        own = {"LABS_HOME": str(home), "LABS_HOME_OF_TESTS": str(home), "PYTHONUNBUFFERED": "1"}
        with patch.dict(os.environ, own):
            if not needed:
                yield dict(os.environ)
                return
            for old in home.glob("progress.sqlite*"):
                old.unlink()
            try:
                with console.status("A broker for the tests is starting …"):
                    ensure_broker()
                yield dict(os.environ)
            finally:
                main_node().stop()


@contextmanager
def chosen(choice: str) -> Iterator[None]:
    """Inside, this process and its children use the broker that the word ``choice`` names; "" changes nothing."""
    if not choice:
        yield
        return
    try:
        found = obtain(Choice.read(choice), paths.home())
    except Stop as stop:
        raise BrokerUnavailable(str(stop), hint="CONTRIBUTING.md tells what each choice needs.") from stop
    with patch.dict(os.environ, with_broker(os.environ, found), clear=True):
        yield


@contextmanager
def _container() -> Iterator[Mapping[str, str]]:
    """The address of the container, when a tag was chosen; stopped afterwards."""
    if TAG_VARIABLE not in os.environ:
        yield {}
        return
    if (docker := Docker.of_project()) is None:
        raise BrokerUnavailable("Docker is needed for this broker, and no engine answers here.")
    try:
        with console.status("A container for the tests is starting …"):
            broker = docker.start()
        yield broker_environment(broker)
    finally:
        docker.stop()
