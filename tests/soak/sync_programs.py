"""The producer and the consumer of a run, in the pika lane. Each is the main function of a process."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from labs.errors import BrokerUnavailable, ConfirmTimeout, ConnectionLost, LabsError, Nacked
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import declare
from labs.sync.producer import Producer
from labs.sync.recovering import RecoveringProducer
from labs.sync.window import ConfirmWindow
from tests.soak.case import EXCHANGE, KEY, LADDER
from tests.soak.job import AGAIN_S, CONFIRM_WITHIN_S, WINDOW, Job, Worker, lie, rounds, say
from tests.soak.ledger import Ledger

#: How long the producer that connects again by itself tries, in seconds: longer than a broker takes to restart.
GIVE_UP_AFTER_S = 40.0


def produce(job: Job) -> None:
    """Publish everything; what is not confirmed is tried again on a new connection, if the case says so."""
    ledger = Ledger(job.ledger)
    for numbers in rounds(job, ledger):
        publish = HOW[job.case.style]
        try:
            publish(job, ledger, numbers)
        except LabsError as error:
            say(f"producer: {error}")


def _in_a_window(job: Job, ledger: Ledger, numbers: list[int]) -> None:
    with ConfirmWindow(job.url, EXCHANGE, size=WINDOW, confirm_within_s=CONFIRM_WITHIN_S) as window:
        for number in numbers:
            message = job.case.message(number)
            message_id = message.message_id or ""
            ledger.intend(message_id)
            lie(job, ledger, message_id)
            window.publish(message, KEY).add_done_callback(partial(_answered, ledger, message_id))
            time.sleep(job.case.pause_s)
        window.flush(2 * CONFIRM_WITHIN_S)


def _answered(ledger: Ledger, message_id: str, future: Future[None]) -> None:
    if (error := future.exception()) is None:
        ledger.confirm(message_id)
    else:
        say(f"producer: {type(error).__name__}: {error}")


def _one_by_one(job: Job, ledger: Ledger, numbers: list[int]) -> None:
    with connect(job.url, name="producer") as connection:
        producer = Producer(connection, EXCHANGE, confirm_within_s=CONFIRM_WITHIN_S)
        for number in numbers:
            message = job.case.message(number)
            message_id = message.message_id or ""
            ledger.intend(message_id)
            lie(job, ledger, message_id)
            try:
                producer.publish(message, KEY)
            except (ConfirmTimeout, Nacked) as error:
                say(f"producer: {error}")
                continue
            ledger.confirm(message_id)
            time.sleep(job.case.pause_s)


def _recovering(job: Job, ledger: Ledger, numbers: list[int]) -> None:
    with RecoveringProducer(
        job.url, EXCHANGE, confirm_within_s=CONFIRM_WITHIN_S, give_up_after_s=GIVE_UP_AFTER_S
    ) as producer:
        for number in numbers:
            message = job.case.message(number)
            message_id = message.message_id or ""
            ledger.intend(message_id)
            lie(job, ledger, message_id)
            before = producer.republished
            producer.publish(message, KEY)
            for _ in range(producer.republished - before):
                ledger.intend(message_id)
            ledger.confirm(message_id)
            time.sleep(job.case.pause_s)


HOW: dict[str, Callable[[Job, Ledger, list[int]], None]] = {
    "one by one": _one_by_one,
    "window": _in_a_window,
    "recovering": _recovering,
}


def consume(job: Job) -> None:
    """Consume until SIGTERM; then finish what is in hand. A broken line is made again."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker = Worker(job)
    while not stop.is_set():
        try:
            with connect(job.url, name="consumer") as connection, connect(job.url, name="copies") as copies:
                declare(connection, job.case.topology)
                consumer = Consumer(
                    connection, LADDER.queue, prefetch=job.case.prefetch, ladder=LADDER, publish_on=copies
                )
                consumer.run(worker, stop=stop)
        except (ConnectionLost, BrokerUnavailable) as error:
            say(f"consumer: {error}")
            stop.wait(AGAIN_S)
        except LabsError as error:  # the broker refused a copy, or us: as after a restart, for a moment
            say(f"consumer: {type(error).__name__}: {error}")
            stop.wait(AGAIN_S)
    worker.late()
