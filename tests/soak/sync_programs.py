"""The producer and the consumer of a run, in the pika lane. Each is the main function of a process."""

from __future__ import annotations

import signal
import threading
import time

from labs.errors import BrokerUnavailable, ConfirmTimeout, ConnectionLost, LabsError, Nacked
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.producer import Producer
from tests.soak.case import EXCHANGE, KEY, LADDER
from tests.soak.job import AGAIN_S, CONFIRM_WITHIN_S, Job, Worker, lie, rounds, say
from tests.soak.ledger import Ledger


def produce(job: Job) -> None:
    """Publish everything; what is not confirmed is tried again on a new connection, if the case says so."""
    ledger = Ledger(job.ledger)
    for numbers in rounds(job, ledger):
        try:
            _publish(job, ledger, numbers)
        except LabsError as error:
            say(f"producer: {error}")


def _publish(job: Job, ledger: Ledger, numbers: list[int]) -> None:
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


def consume(job: Job) -> None:
    """Consume until SIGTERM; then finish what is in hand. A broken line is made again."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker = Worker(job)
    while not stop.is_set():
        try:
            with connect(job.url, name="consumer") as connection, connect(job.url, name="copies") as copies:
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
