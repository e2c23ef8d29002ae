"""The life of one private node, told in order: a start takes ten seconds, so the tests share the node.

Its folder has a space, brackets and letters outside ASCII in its name.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pika
import psutil
import pytest

from labs.broker import epmd
from labs.broker.address import Broker
from labs.broker.ensure import ensure_broker, main_node
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.broker.ports import is_free, reserved
from labs.broker.ready import is_ready
from labs.errors import BrokerUnavailable

#: The longest anything may take when the broker does not answer, in seconds.
PATIENCE_S = 15.0
#: What a kernel does first, as a program of its own.
ENSURE = (
    "from labs.broker.ensure import ensure_broker, main_node; ensure_broker(); print(main_node().state.pid)"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A course folder with an odd name. What is left in it at the end is stopped."""
    folder = tmp_path_factory.mktemp("home") / "Übung 日本 (copy)"
    yield folder
    main_node(folder).kill()
    main_node(folder).stop()


@pytest.fixture(scope="module")
def node(home: Path) -> PrivateNode:
    """The node of that folder, started by two kernels at the same moment; both have ended since."""
    environment = {name: value for name, value in os.environ.items() if name != "LABS_AMQP_URL"}
    environment["LABS_HOME"] = str(home)
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", ENSURE],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    printed = [kernel.communicate(timeout=180)[0].strip() for kernel in kernels]
    node = main_node(home)
    assert node.state is not None
    assert printed == [str(node.state.pid)] * 2
    return node


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about private nodes, whatever broker the rest of the run uses."""
    monkeypatch.delenv("LABS_AMQP_URL", raising=False)


def depth(broker: Broker, queue: str) -> int:
    """How many messages wait, by a passive declare; a broker that has just started may need a moment."""
    deadline = time.monotonic() + 10.0
    while True:
        try:
            with pika.BlockingConnection(broker.parameters()) as connection:
                return int(connection.channel().queue_declare(queue, passive=True).method.message_count)
        except pika.exceptions.AMQPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_two_kernels_start_one_node_and_it_outlives_both(node: PrivateNode) -> None:
    """Both kernels named the same process; both have ended, and it still answers."""
    assert node.running()


def test_the_node_is_found_again_and_not_started_twice(node: PrivateNode, home: Path) -> None:
    """The next notebook gets the same node without waiting for a start."""
    state = node.state
    found = ensure_broker(home=home)
    assert (found.source, found.node, found.amqp_url) == ("running", node.node, node.broker.amqp_url)
    assert node.state == state


def test_it_listens_on_loopback_only(node: PrivateNode) -> None:
    """AMQP, management, streams, metrics, distribution and the name server: six ports, none on the network."""
    ports = node.ports
    assert ports is not None
    assert node.state is not None
    ours = [psutil.Process(node.state.pid)]
    ours += [other for other in psutil.process_iter(["name", "uids"]) if other.info["name"] == "epmd"
             and other.info["uids"].real == os.getuid()]  # fmt: skip
    listening = {
        connection.laddr
        for process in ours
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port in ports.values()
    }
    assert {address.port for address in listening} == set(ports.values())
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}


def test_its_secrets_are_for_its_owner_only(node: PrivateNode) -> None:
    """Passwords and cookie: not even readable by the group."""
    for name in ("node.json", "rabbitmq.conf", "advanced.config", "home/.erlang.cookie"):
        assert (node.home / name).stat().st_mode & 0o077 == 0, name


def test_it_has_every_plugin_of_the_lessons(node: PrivateNode) -> None:
    """And the tracing plugin may log in, which it cannot with its defaults."""
    with Management(node.broker) as management:
        management.put("/traces/%2F/trial", {"format": "text", "pattern": "#", "max_payload_bytes": 100})
        assert [trace["name"] for trace in management.get("/traces")] == ["trial"]
        management.delete("/traces/%2F/trial")
        assert {kind["name"] for kind in management.overview()["exchange_types"]} >= {"topic", "headers"}
        management.put("/parameters/shovel/%2F/none", {"value": {
            "src-uri": node.broker.url(), "src-queue": "a", "dest-uri": node.broker.url(), "dest-queue": "b",
        }})  # fmt: skip
        management.delete("/parameters/shovel/%2F/none")
    assert (node.home / "tracing/trial.log").exists()


def test_a_second_checkout_runs_beside_it(node: PrivateNode, broker: Broker) -> None:
    """The run's own node, or whatever broker the run uses, is another one at another address."""
    assert is_ready(broker)
    assert node.broker.node != broker.node
    assert node.broker.amqp_url != broker.amqp_url


def test_a_killed_node_comes_back_with_its_ports_and_its_messages(node: PrivateNode) -> None:
    """`kill -9`, then a state file that names a stranger's process, as after a reboot."""
    before = node.broker
    with pika.BlockingConnection(before.parameters()) as connection:
        channel = connection.channel()
        channel.queue_declare("kept", durable=True)
        channel.confirm_delivery()
        for number in range(5):
            properties = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
            channel.basic_publish("", "kept", str(number).encode(), properties)
        # The confirms are for the messages. What the broker knows of its queues reaches the disk seconds later.
        time.sleep(3)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        with reserved(node.ports):  # another test's program may not take them meanwhile
            node.kill()
            assert not node.running()
            text = (node.home / "node.json").read_text()
            state = node.state
            assert state is not None
            (node.home / "node.json").write_text(text.replace(f'"pid": {state.pid}', f'"pid": {stranger.pid}'))
        heard: list[float] = []
        after = node.restart(progress=heard.append)
        assert stranger.poll() is None
        stranger.kill()
    assert after == before
    assert depth(after, "kept") == 5
    assert heard == sorted(heard)
    assert heard[-1] > 1.0, "a start takes seconds, and the progress bar wants to hear of them"


def test_a_node_that_hangs_gives_one_sentence_in_time(node: PrivateNode, home: Path) -> None:
    """It is paused: alive, its ports open, and silent. Nothing waits longer than 15 seconds."""
    state = node.state
    assert state is not None
    os.kill(state.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(BrokerUnavailable, match="does not answer"):
            ensure_broker(home=home, start=False)
        with pytest.raises(BrokerUnavailable, match="has not answered for"):
            ensure_broker(home=home)
        assert time.monotonic() - began < PATIENCE_S
    finally:
        os.kill(state.pid, signal.SIGCONT)
    assert ensure_broker(home=home).node == node.node


def test_it_stops_cleanly_and_takes_its_name_server_along(node: PrivateNode) -> None:
    """No process, no open port, no epmd; stopping once more does no harm, and its data stay."""
    ports = node.ports
    assert ports is not None
    node.stop()
    assert not node.alive()
    assert epmd.names(ports.epmd) is None
    assert all(is_free(port) for port in ports.values())
    node.stop()
    assert node.ports == ports
    assert any((node.home / "data").iterdir())
    assert "Server startup complete" in node.log_tail(1000)


def test_a_stopped_node_is_a_sentence_for_whoever_only_looks(node: PrivateNode, home: Path) -> None:
    """`start=False` never starts one."""
    with pytest.raises(BrokerUnavailable, match="No broker is running") as caught:
        ensure_broker(home=home, start=False)
    assert "broker start" in caught.value.hint
    assert not node.alive()


def test_reset_leaves_nothing_behind(node: PrivateNode) -> None:
    """Data, log and cookie are gone; the folder itself too."""
    node.reset()
    assert not node.home.exists()
    with suppress(BrokerUnavailable):
        assert not node.broker
    node.reset()
