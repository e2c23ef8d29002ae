"""The live view comes and goes without a trace: whoever ends, and however, tracing ends with the last one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.errors import NotFound, WaitTimeout
from labs.live import tracing
from labs.live.client import LiveClient
from labs.live.hidden import CONNECTION, is_ours
from tests.broker.live_watching import SOON_S, channel, watching

#: A kernel in miniature: it watches, says who does the work, and waits to be killed.
KERNEL = """\
import sys, time
from labs.broker.ensure import ensure_broker
from labs.live.client import LiveClient

client = LiveClient(ensure_broker(start=False), sys.argv[1]).start()
print(client._process.pid, flush=True)
time.sleep(600)
"""


def _soon(condition: Callable[[], object]) -> bool:
    """Whether it becomes true."""
    deadline = time.monotonic() + SOON_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return not Path(f"/proc/{pid}/stat").exists() or " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def test_it_is_live_while_it_watches_and_leaves_nothing(
    broker: Broker, management: Management, vhost: str
) -> None:
    """Tracing on and a tap of its own; then neither. Stopping twice does no harm."""
    with watching(broker, vhost) as watched:
        assert watched.client.state == "live"
        assert tracing.is_on(management, vhost)
        assert [is_ours(row["name"]) for row in management.queues(vhost)] == [True, True]
        assert _soon(
            lambda: [row.get("user_provided_name") for row in management.connections(vhost)] == [CONNECTION]
        )
        assert watched.nodes() == set()  # it does not show itself
    assert watched.client.state == "stopped"
    watched.client.stop()
    assert not tracing.is_on(management, vhost)
    assert management.queues(vhost) == []


def test_the_kernel_is_killed(broker: Broker, management: Management, vhost: str) -> None:
    """`kill -9`: the end of its input tells the program, which ends tracing and itself."""
    kernel = subprocess.Popen([sys.executable, "-c", KERNEL, vhost], stdout=subprocess.PIPE, text=True)
    assert kernel.stdout is not None
    pid = int(kernel.stdout.readline())
    assert tracing.is_on(management, vhost)
    kernel.kill()
    kernel.wait()
    kernel.stdout.close()
    assert _soon(lambda: not tracing.is_on(management, vhost))
    assert _soon(lambda: not _alive(pid))


def test_both_are_killed_and_the_next_sweep_ends_tracing(
    broker: Broker, management: Management, vhost: str
) -> None:
    """Nobody is left to switch it off; whoever opens a lesson next does. A vhost that is watched keeps it."""
    other = f"{vhost}.other"
    management.put_vhost(other)
    try:
        with watching(broker, other):
            client = LiveClient(broker, vhost).start()
            process = client._process
            assert process is not None
            process.kill()
            process.wait()
            assert tracing.is_on(management, vhost)
            assert _soon(lambda: not tracing.heard(management, vhost))  # the broker has noticed, too
            swept = tracing.sweep(management)
            assert vhost in swept
            assert other not in swept
            assert not tracing.is_on(management, vhost)
            assert tracing.is_on(management, other)
            client.stop()
    finally:
        management.delete_vhost(other)


def test_of_two_views_the_last_one_ends_tracing(broker: Broker, management: Management, vhost: str) -> None:
    """Two kernels look at one lesson; closing one leaves the other live, and neither shows the other."""
    with channel(broker, vhost, "shop") as shop:
        shop.queue_declare("bills")
        with watching(broker, vhost) as second:
            with watching(broker, vhost) as first:
                shop.basic_publish("", "bills", b"1")
                assert [view.synced().counts for view in (first, second)] == [{"q:bills": (1, 0)}] * 2
            assert tracing.is_on(management, vhost)
            shop.basic_publish("", "bills", b"2")
            second.synced()
            assert sum(event["n"] for event in second.events("publish")) == 2
            assert second.nodes() == {"x:", "q:bills", "p:shop"}
    assert not tracing.is_on(management, vhost)


def test_a_learner_who_listens_to_the_firehose_keeps_it(
    broker: Broker, management: Management, vhost: str
) -> None:
    """Another queue that is bound to the trace counts as a listener."""
    with channel(broker, vhost) as learner:
        learner.queue_declare("mine", exclusive=True)
        learner.queue_bind("mine", "amq.rabbitmq.trace", "#")
        with watching(broker, vhost):
            pass
        assert tracing.is_on(management, vhost)
    assert _soon(lambda: vhost in tracing.sweep(management))


def test_somebody_else_switches_tracing_off(broker: Broker, management: Management, vhost: str) -> None:
    """The next full look notices, and switches it on."""
    with watching(broker, vhost) as watched:
        management.put(f"/vhosts/{vhost}", {"tracing": False})
        watched.synced()
        assert _soon(lambda: tracing.is_on(management, vhost))


def test_the_vhost_is_deleted(broker: Broker, management: Management, vhost: str) -> None:
    """The view ends and says why; it does not make the vhost again."""
    with watching(broker, vhost) as watched:
        management.delete_vhost(vhost)
        watched.wait_for(lambda: watched.client.state == "stopped")
        assert watched.client.text == "The virtual host is gone."
        with pytest.raises(WaitTimeout, match="The virtual host is gone"):
            watched.client.sync(1)
    with pytest.raises(NotFound):
        tracing.is_on(management, vhost)


@pytest.fixture
def visitor(broker: Broker, management: Management, vhost: str) -> Iterator[Broker]:
    """The same broker for a user who may see the vhost but is no administrator."""
    name = f"visitor-{vhost}"
    management.put(f"/users/{name}", {"password": "visitor", "tags": "monitoring"})
    management.put(f"/permissions/{vhost}/{name}", {"configure": ".*", "write": ".*", "read": ".*"})
    yield replace(broker, user=name, password="visitor")
    management.delete(f"/users/{name}")


def test_without_the_right_to_trace_it_polls_and_says_so(
    visitor: Broker, broker: Broker, management: Management, vhost: str
) -> None:
    """Counts and the picture still come; no single messages."""
    with channel(broker, vhost, "shop") as shop, watching(visitor, vhost) as watched:
        assert watched.client.state == "polling"
        assert "Tracing is not permitted" in watched.client.text
        shop.queue_declare("bills")
        shop.basic_consume("bills", lambda *_: None)
        for _ in range(2):
            shop.basic_publish("", "bills", b"")
        assert watched.synced().counts == {"q:bills": (0, 2)}
        watched.wait_for(lambda: "c:bills:shop" in watched.nodes())
        assert watched.events() == []
    assert not tracing.is_on(management, vhost)


def test_without_a_management_api_it_says_what_is_missing(broker: Broker, vhost: str) -> None:
    """It waits, and it can be stopped."""
    with watching(replace(broker, management_url="http://127.0.0.1:9"), vhost) as watched:
        assert watched.client.state == "lost"
        assert watched.client.text.startswith("No management API answers at http://127.0.0.1:9")


def test_a_stopped_program_is_ended_all_the_same(broker: Broker, management: Management, vhost: str) -> None:
    """`kill -STOP`: it cannot end by itself, so the client ends it, and tracing."""
    with watching(broker, vhost) as watched:
        process = watched.client._process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
    assert process.poll() is not None
    assert _soon(lambda: vhost in tracing.sweep(management) or not tracing.is_on(management, vhost))


@pytest.mark.slow
def test_a_program_that_was_killed_is_told_as_such(
    broker: Broker, management: Management, vhost: str
) -> None:
    """Not with the last thing that it said of itself: that every message is shown."""
    with watching(broker, vhost) as watched:
        process = watched.client._process
        assert process is not None
        process.kill()
        watched.wait_for(lambda: watched.client.state == "stopped")
        assert watched.client.text == "The view's program has ended: open the view again."
        assert watched.lines[-1]["state"] == "stopped"
    assert _soon(lambda: vhost in tracing.sweep(management) or not tracing.is_on(management, vhost))


def test_the_broker_restarts_under_the_view(tmp_path: Path) -> None:
    """It says that the broker is lost, comes back with it, and counts what is there then.

    This node has no event exchange, so the view works from lists alone.
    """
    node = PrivateNode(tmp_path / "node", plugins=("rabbitmq_management",))
    try:
        broker = node.start()
        with Management(broker) as management:
            management.put_vhost("learn")
        with watching(broker, "learn") as watched:
            with channel(broker, "learn", "shop") as shop:
                shop.queue_declare("bills", durable=True)
                shop.basic_publish("", "bills", b"1")
                assert watched.synced().counts == {"q:bills": (1, 0)}
            node.restart()
            states = [line["state"] for line in watched.lines if line["type"] == "status"]
            assert states[:2] == ["live", "lost"]
            watched.wait_for(lambda: watched.client.state == "live")
            with channel(broker, "learn", "shop") as shop:
                shop.basic_publish("", "bills", b"2")
                ready, _ = watched.synced().counts["q:bills"]
                assert ready == shop.queue_declare("bills", passive=True).method.message_count
            assert sum(event["n"] for event in watched.events("publish")) == 2
            assert not watched.events("gone")
    finally:
        node.reset()
