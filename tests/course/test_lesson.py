"""The lesson handle against a real broker."""

from __future__ import annotations

import asyncio
import time

import pika
import pika.exceptions
import pytest

from labs.broker.vhosts import drop_vhost
from labs.course import open_lesson
from labs.course.keeper import ConnectionKeeper
from labs.course.probe import Probe, Stopped
from labs.errors import ConnectionLost, WaitTimeout
from labs.live import tracing


@pytest.fixture
def probe(broker, management, tmp_path):
    """A probe in a clean virtual host."""
    made = Probe(broker, management, f"probe-{tmp_path.name}", spare=lambda: pytest.fail("no spare needed"))
    yield made
    drop_vhost(management, made.vhost)


def test_opening_a_lesson_again_gives_a_clean_virtual_host(lesson):
    """Run All twice starts from nothing the second time."""
    with pika.BlockingConnection(lesson.parameters) as connection:
        connection.channel().queue_declare("left", durable=True)
    assert lesson.depth("left") == 0
    again = open_lesson("01_producers")
    assert again.depth("left") is None


def test_opening_a_lesson_ends_the_tracing_that_a_killed_kernel_left_on(lesson, management):
    """In the learner's other lessons; a vhost of somebody else is not touched."""
    other, strangers = f"{lesson.vhost}.other", f"strangers.{lesson.vhost}"
    try:
        for vhost in (other, strangers):
            management.put_vhost(vhost)
            tracing.on(management, vhost)
        open_lesson("01_producers")
        assert not tracing.is_on(management, other)
        assert tracing.is_on(management, strangers)
    finally:
        for vhost in (other, strangers):
            drop_vhost(management, vhost)


def test_a_lesson_closes_twice_and_its_virtual_host_is_gone(lesson, capsys):
    """The teardown cell may be run again."""
    vhost, management = lesson.vhost, lesson.management
    lesson.close()
    lesson.close()
    assert vhost not in management.vhosts()
    assert "is closed" in capsys.readouterr().out


def test_show_is_exact_right_after_a_publish(lesson, capsys):
    """Ready, unacknowledged and consumers are shown as they are now, not as they were five seconds ago."""
    channel = lesson.channel()
    channel.queue_declare("inbox", durable=True)
    channel.confirm_delivery()
    for body in ("a", "b", "c"):
        channel.basic_publish("", "inbox", body.encode())
    channel.basic_get("inbox")
    lesson.show()
    assert "inbox  classic  yes          2        1          0" in capsys.readouterr().out
    channel.close()
    lesson.show("messages", "inbox")
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()[-3:]] == ["a", "b", "c"]


def test_show_says_what_it_can_show(lesson):
    """A slip gets the list of what would be right."""
    with pytest.raises(ValueError, match="queues, exchanges, bindings"):
        lesson.show("mailboxes")


def test_a_kept_channel_outlives_idle_heartbeats(lesson):
    """The owner thread answers heartbeats while no cell runs."""
    parameters = lesson.parameters
    parameters.heartbeat = 1
    keeper = ConnectionKeeper(parameters)
    channel = keeper.channel()
    channel.queue_declare("kept", durable=True)
    time.sleep(4)  # four heartbeats: the broker hangs up after two without an answer
    assert channel.queue_declare("kept", passive=True).method.message_count == 0
    keeper.close()
    keeper.close()
    with pytest.raises(ConnectionLost):
        channel.queue_declare("kept", passive=True)


def test_a_kept_channel_delivers_to_a_callback_and_raises_in_the_cell(lesson):
    """Messages arrive by themselves, and a refusal is raised where the call was made."""
    channel, got = lesson.channel(), []
    channel.queue_declare("pushed", durable=True)
    channel.basic_consume("pushed", lambda ch, method, properties, body: got.append(body), auto_ack=True)
    channel.basic_publish("", "pushed", b"hello")
    lesson.wait_for("one message", lambda: got)
    assert got == [b"hello"]
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as refused:
        channel.queue_declare("pushed", durable=False)
    assert refused.value.reply_code == 406
    with pytest.raises(AttributeError, match="basic_consume"):
        channel.start_consuming()


def test_wait_for_says_what_was_awaited(lesson):
    """A wait that ends without success is readable."""
    with pytest.raises(WaitTimeout) as late:
        lesson.wait_for("three messages", lambda: 0, within_s=0.1)
    assert "three messages" in str(late.value)
    assert "0" in str(late.value)


def test_each_probe_starts_clean(probe, broker, management):
    """What one attempt left behind cannot help or harm the next."""
    probe.run(lambda channel: channel.queue_declare("q", durable=True))
    assert probe.depth("q") == 0
    assert Probe(broker, management, probe.vhost, spare=probe.spare).depth("q") is None


def test_looking_at_messages_leaves_them_in_place_and_order(probe):
    """A check may look twice."""

    def attempt(channel):
        channel.queue_declare("q", durable=True)
        for body in "abc":
            channel.basic_publish("", "q", body)

    probe.run(attempt)
    assert probe.eventually(lambda: probe.depth("q") == 3)
    assert probe.bodies("q") == ["a", "b", "c"]
    assert probe.bodies("q") == ["a", "b", "c"]


def test_a_refused_attempt_is_told_what_the_broker_said(probe):
    """The reply code and the way to mend it, not a traceback."""
    with pytest.raises(Stopped) as stopped:
        probe.run(lambda channel: channel.queue_bind("nowhere", "amq.topic", "#"))
    assert "404 NOT_FOUND" in stopped.value.step.text
    assert "declare it before" in stopped.value.step.hint


def test_an_attempt_that_never_returns_is_ended(probe):
    """A forgotten start_consuming() must not leave the learner stuck."""

    def attempt(channel):
        channel.queue_declare("q", durable=True)
        channel.basic_consume("q", lambda *_: None)
        channel.start_consuming()

    started = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        probe.run(attempt, within_s=1)
    assert "still running after 1 s" in stopped.value.step.text
    assert time.monotonic() - started < 10


def test_an_attempt_may_be_a_coroutine_function(probe):
    """It is awaited in a loop of its own, and what it raises is told as ever."""

    async def answers(_channel, number):
        await asyncio.sleep(0)
        return number + 1

    async def fails(_channel):
        await asyncio.sleep(0)
        raise ValueError("no such order")

    assert probe.run(answers, 41) == 42
    with pytest.raises(Stopped) as stopped:
        probe.run(fails)
    assert "ValueError: no such order" in stopped.value.step.text


def test_a_coroutine_that_never_ends_is_cancelled(probe):
    """Its robust connection would go on connecting for ever; so it gets the chance to close it."""
    ends = []

    async def waits(_channel):
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("tidied")

    with pytest.raises(Stopped) as stopped:
        probe.run(waits, within_s=1)
    assert "still running after 1 s" in stopped.value.step.text
    assert ends == ["tidied"]


def test_a_cell_that_awaits_can_wait_too(lesson):
    """The loop goes on meanwhile; and it says what was awaited."""

    async def cell():
        seen = []
        asyncio.get_running_loop().call_later(0.1, seen.append, "an order")
        assert await lesson.until("an order", lambda: seen) == ["an order"]
        with pytest.raises(WaitTimeout, match="three messages"):
            await lesson.until("three messages", lambda: 0, within_s=0.1)

    asyncio.run(cell())
