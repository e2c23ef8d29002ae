"""The small parts of a node: address, ports, locks, state, reasons. No broker is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from labs.broker import process
from labs.broker.address import Broker
from labs.broker.config import environment
from labs.broker.find import Installation
from labs.broker.lock import locked, try_lock
from labs.broker.node import PrivateNode
from labs.broker.ports import Ports, claimed, is_free, reserved
from labs.broker.ready import is_ready, speaks_amqp
from labs.broker.reason import port_was_taken, reason
from labs.broker.starting import check_path
from labs.broker.state import State
from labs.errors import BrokerUnavailable


@contextmanager
def listener(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Somebody else's program on a port."""
    with socket.create_server((address, port)) as server:
        yield int(server.getsockname()[1])


# --- address


def test_a_vhost_is_one_segment_of_the_url() -> None:
    """The default vhost is called `/`: that, or a slash in a password, must not look like a separator."""
    broker = Broker.from_urls("amqp://me:a%2Fb@localhost:5673")
    assert broker.url() == "amqp://me:a%2Fb@localhost:5673/%2F"
    assert broker.url("learn.03_queues", heartbeat=5).endswith("/learn.03_queues?heartbeat=5")


def test_the_password_never_shows_in_a_repr() -> None:
    """A notebook prints what stands last in a cell."""
    broker = Broker.from_urls("amqp://me:secret@localhost")
    state = State(node="labs@localhost", user="me", password="secret")
    assert "secret" not in f"{broker!r} {state!r}"


def test_connection_parameters_bound_every_wait() -> None:
    """Whatever the broker does, no cell hangs."""
    parameters = Broker.from_urls("amqp://me:secret@localhost").parameters("a/b", heartbeat_s=7)
    waits = (parameters.socket_timeout, parameters.stack_timeout, parameters.blocked_connection_timeout)
    assert (parameters.virtual_host, parameters.heartbeat, waits) == ("a/b", 7, (5.0, 10.0, 10.0))


@pytest.mark.parametrize("url", ["http://localhost:5672", "localhost:5672", ""])
def test_what_is_no_amqp_url_is_refused(url: str) -> None:
    """A typing error in LABS_AMQP_URL is not taken for a host name."""
    with pytest.raises(ValueError, match="AMQP URL"):
        Broker.from_urls(url)


def test_the_management_address_is_assumed_or_taken_as_given() -> None:
    """By default it is the same host; user and password in it are not repeated."""
    assert Broker.from_urls("amqps://me:x@[::1]").management_url == "http://[::1]:15672"
    named = Broker.from_urls("amqp://rabbit", "https://me:x@web:443/rabbit/")
    assert (named.amqp_url, named.management_url) == ("amqp://rabbit:5672", "https://web:443/rabbit")


# --- ports


def test_the_guides_ports_are_taken_when_they_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """5672 and 15672 are what every tutorial says."""
    monkeypatch.setattr("labs.broker.ports.is_free", lambda port: True)
    monkeypatch.setattr("labs.broker.ports.try_lock", lambda path: _always())
    with claimed() as ports:
        assert (ports.amqp, ports.management) == (5672, 15672)


def test_a_busy_port_moves_its_pair_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """15672 is taken: AMQP moves with it, to 5673, so that a person can guess one from the other."""
    monkeypatch.setattr("labs.broker.ports.is_free", lambda port: port != 15672)
    monkeypatch.setattr("labs.broker.ports.try_lock", lambda path: _always())
    with claimed() as ports:
        assert (ports.amqp, ports.management, ports.stream) == (5673, 15673, 5552)


def test_the_previous_ports_come_first_while_they_are_free() -> None:
    """An address in a learner's hand stays true over a restart."""
    with ExitStack() as others:
        numbers = [others.enter_context(listener()) for _ in range(6)]
    before = Ports(**dict(zip(asdict(Ports()), numbers, strict=True)))
    with claimed(before) as ports:
        assert ports == before
    with listener(port=before.amqp), claimed(before) as ports:
        assert ports.amqp != before.amqp
        assert (ports.stream, ports.epmd) == (before.stream, before.epmd)


def test_the_ports_of_a_node_that_is_away_are_nobody_elses() -> None:
    """It comes back to the address that a learner has in hand."""
    with claimed() as before:
        pass
    with reserved(before), claimed(before) as other:
        assert not set(other.values()) & set(before.values())
    with claimed(before) as after:
        assert after == before


def test_a_start_that_was_interrupted_and_lost_a_port_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node that was on its way finds its port taken and ends; whoever waits for it starts it on others."""
    (tmp_path / "log").mkdir()
    node, started = PrivateNode(tmp_path), []
    state = State(node=node.node, user="u", password="p", pid=os.getpid())
    state.save(tmp_path / "node.json")
    alive = iter((True, False))
    monkeypatch.setattr("labs.broker.process.is_node", lambda *_: next(alive, False))
    monkeypatch.setattr("labs.broker.starting.is_ready", lambda _: False)
    monkeypatch.setattr("labs.broker.node.best_installation", lambda: None)
    monkeypatch.setattr("labs.broker.node.bring_up", lambda *_, **__: started.append(1))
    (tmp_path / "log" / "output.log").write_text("eaddrinuse {port, 15673}", encoding="utf-8")
    node.start()
    assert started == [1]
    alive = iter((True, False))
    (tmp_path / "log" / "output.log").write_text("enospc", encoding="utf-8")
    with pytest.raises(BrokerUnavailable, match="disk is full"):
        node.start()


def test_two_nodes_that_start_at_once_get_different_ports() -> None:
    """Neither listens yet; the claim keeps them apart."""
    with claimed() as one, claimed() as other:
        assert not set(one.values()) & set(other.values())


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 (what others do)
def test_a_listener_on_any_interface_makes_a_port_busy(address: str) -> None:
    """A system-wide RabbitMQ listens on all of them."""
    with listener(address) as port:
        assert not is_free(port)
    assert is_free(port)


def test_an_open_port_is_not_a_broker() -> None:
    """A web server that answers on the port is not taken for RabbitMQ, and neither is a silent one."""
    with listener() as port:
        broker = Broker.from_urls(f"amqp://localhost:{port}")
        assert not speaks_amqp("127.0.0.1", port, within_s=0.2)
        assert not is_ready(broker, within_s=0.2)


# --- lock, state, process


def test_a_lock_is_exclusive_and_ends_with_its_owner(tmp_path: Path) -> None:
    """Its owner is killed, not asked: the system frees the lock."""
    path = tmp_path / "lock"
    hold = "import sys, time; from pathlib import Path; from labs.broker.lock import try_lock\n"
    hold += f"with try_lock(Path({str(path)!r})) as ours: print(ours, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline().strip() == "True"
        with try_lock(path) as ours:
            assert not ours
        with (
            pytest.raises(BrokerUnavailable, match="holding it for"),
            locked(path, within_s=0.2, why="holding it"),
        ):
            pass
        owner.kill()
    with locked(path, within_s=5.0, why="holding it"):
        pass


def test_the_state_file_is_for_its_owner_only_and_survives_a_round_trip(tmp_path: Path) -> None:
    """It holds the password; a second save keeps the mode."""
    state = State(
        node="labs-1@localhost", pid=7, ports=Ports(amqp=1), user="admin", password="x", version="4"
    )
    state.save(tmp_path / "node.json")
    state.save(tmp_path / "node.json")
    assert (tmp_path / "node.json").stat().st_mode & 0o777 == 0o600
    assert State.load(tmp_path / "node.json") == state


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"node": 1, "pid": "x"}'])
def test_a_damaged_state_file_is_no_state(tmp_path: Path, text: str) -> None:
    """A disk that was full leaves such files; the node starts anew."""
    (tmp_path / "node.json").write_text(text)
    assert State.load(tmp_path / "node.json") is None


def test_a_state_file_that_names_a_strangers_process_is_recognised(tmp_path: Path) -> None:
    """The number was given to somebody else: the node is not alive, and stop() leaves the stranger alone."""
    node = PrivateNode(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        State(node=node.node, pid=stranger.pid, user="admin", password="x").save(tmp_path / "node.json")
        assert not node.alive()
        node.stop()
        node.kill()
        assert stranger.poll() is None
        stranger.kill()


def test_a_process_is_ours_by_the_mark_on_its_command_line() -> None:
    """And no longer once it has ended, even before anybody collected its exit status."""
    code = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, *process.mark("labs-1@localhost")]) as ours:
        deadline = time.monotonic() + 5.0  # the system fills in the command line a moment after the start
        while not process.is_node(ours.pid, "labs-1@localhost"):
            assert time.monotonic() < deadline
        assert not process.is_node(ours.pid, "labs-2@localhost")
        assert process.end(ours.pid, "labs-1@localhost", within_s=5.0)
        assert not process.is_node(ours.pid, "labs-1@localhost")


# --- the node's folder


def test_two_checkouts_have_two_names(tmp_path: Path) -> None:
    """The same folder always gives the same name, however it is written."""
    names = {PrivateNode(tmp_path / folder).node for folder in ("a", "b")}
    assert len(names) == 2
    assert PrivateNode(tmp_path / "a" / ".." / "b").node in names
    assert PrivateNode(tmp_path / "a", name="it's spare!").node.startswith("it_s_spare_-")


@pytest.mark.parametrize("character", ["'", '"', "`", "$", "\n"])
def test_a_path_that_rabbitmq_cannot_bear_is_refused_in_one_sentence(tmp_path: Path, character: str) -> None:
    """Some hang its start scripts, others would be run as a command; nothing is started or made."""
    home = tmp_path / f"O{character}Hara"
    with pytest.raises(BrokerUnavailable, match="start scripts trip over") as caught:
        PrivateNode(home).start()
    assert "LABS_HOME" in caught.value.hint
    assert not home.exists()


def test_spaces_brackets_and_letters_of_any_language_are_fine(tmp_path: Path) -> None:
    """Measured on real nodes; this holds the list of forbidden characters short."""
    check_path(tmp_path / "Übung 日本 (copy) #1 & more; [x] 100%")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """Here a file stands where the folder should be."""
    (tmp_path / "file").touch()
    with pytest.raises(BrokerUnavailable, match="cannot be written"):
        PrivateNode(tmp_path / "file" / "broker").start()


def test_nothing_of_the_shells_rabbitmq_reaches_the_node(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One leftover RABBITMQ_NODENAME, or the CONFIG_FILE of conda-build, and the node is no longer private."""
    for name in ("RABBITMQ_NODENAME", "RABBITMQ_FOO", "ERL_FLAGS", "ERL_AFLAGS", "CONFIG_FILE", "NODENAME"):
        monkeypatch.setenv(name, "leftover")
    state = State(node="labs-1@localhost", user="admin", password="x")
    made = environment(tmp_path, state, Installation(sbin=tmp_path, version="3.10.8", erlang=tmp_path / "e"))
    assert "leftover" not in made.values()
    assert made["RABBITMQ_NODENAME"] == "labs-1@localhost"
    assert made["PATH"].split(os.pathsep)[0] == str(tmp_path / "e")


@pytest.mark.parametrize(
    ("folder", "version", "locale"), [("ü", "3.10.8", "C"), ("ü", "4.0.5", "x"), ("u", "3.10.8", "x")]
)
def test_only_old_brokers_in_odd_folders_get_the_c_locale(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, version: str, locale: str
) -> None:
    """3.10's management plugin dies of such a path in a UTF-8 locale; 4.0 does not."""
    monkeypatch.setenv("LC_ALL", "x")
    state = State(node="labs-1@localhost", user="admin", password="x")
    made = environment(tmp_path / folder, state, Installation(sbin=tmp_path, version=version))
    assert made["LC_ALL"] == locale


# --- why a node did not start


SAID = {
    '{error,{dist_port_already_used,25705,"rabbit","x"}}': "port 25705",
    '{duplicate_node_name,"labs-1","localhost"}': "labs-1",
    '{listen_error,eaddrinuse},\n [{port,15672},{ip,"127.0.0.1"}]': "port 15672",
    "Failed to start listener {port,5672},\n error: eaddrinuse": "port 5672",
    "Cookie file /a/b/.erlang.cookie must be accessible by owner only": "/a/b/.erlang.cookie",
    '{epmd_error,"localhost",nxdomain}': "/etc/hosts",
    "register/listen error: no_reg_reply_from_epmd": "Erlang's name server",
    "/x/rabbitmq-server: 109: exec: erl: not found": "`erl`",
    "2026 [error] <0.1.0> the moon is full": "the moon is full",
    "\nwhat now\n": "what now",
    "": "said nothing",
}


@pytest.mark.parametrize("output", SAID)
def test_erlangs_reason_becomes_readable(output: str) -> None:
    """One line, without Erlang's brackets."""
    told = reason(output)
    assert SAID[output] in told
    assert "{" not in told
    assert "\n" not in told


def fake_installation(home: Path, script: str) -> Installation:
    """A RabbitMQ whose server is the shell script given."""
    (home / "sbin").mkdir(parents=True)
    (home / "sbin/rabbitmq-server").write_text(f"#!/bin/sh\n{script}\n")
    (home / "sbin/rabbitmq-server").chmod(0o755)
    return Installation(sbin=home / "sbin", version="0")


def test_a_node_that_ends_while_starting_says_why(tmp_path: Path) -> None:
    """At once, not after the deadline, and in one sentence."""
    broken = fake_installation(tmp_path / "rabbit", "echo '[error] <0.9.0> the moon is full'; exit 1")
    with pytest.raises(BrokerUnavailable, match=r"ended while starting: it said: the moon is full\.$"):
        PrivateNode(tmp_path / "home", installation=broken).start()


def test_a_port_taken_in_the_last_moment_is_worth_a_second_try(tmp_path: Path) -> None:
    """And only that fault is, and only once."""
    script = f"echo x >> '{tmp_path}/tries'; echo '{{dist_port_already_used,25672}}'; exit 1"
    broken = fake_installation(tmp_path / "rabbit", script)
    with pytest.raises(BrokerUnavailable, match="port 25672"):
        PrivateNode(tmp_path / "home", installation=broken).start()
    assert (tmp_path / "tries").read_text().count("x") == 2
    assert not port_was_taken("{duplicate_node_name,labs}")


@contextmanager
def _always() -> Iterator[bool]:
    yield True
