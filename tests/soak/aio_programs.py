"""The producer and the consumer of a run, in the aio-pika lane. Each is the main function of a process."""

from __future__ import annotations

import asyncio
import signal

from labs.aio.connection import connect
from labs.aio.consumer import Consumer
from labs.aio.declare import declare
from labs.aio.producer import Producer
from labs.aio.window import ConfirmWindow
from labs.errors import ConfirmTimeout, LabsError, Nacked
from tests.soak.case import EXCHANGE, KEY, LADDER
from tests.soak.job import AGAIN_S, CONFIRM_WITHIN_S, WINDOW, Job, Worker, lie, rounds, say
from tests.soak.ledger import Ledger


def produce(job: Job) -> None:
    """Publish everything; what is not confirmed is tried again, if the case says so."""
    ledger = Ledger(job.ledger)
    for numbers in rounds(job, ledger):
        try:
            asyncio.run(_publish(job, ledger, numbers))
        except* LabsError as errors:
            for error in errors.exceptions:
                say(f"producer: {type(error).__name__}: {error}")


async def _publish(job: Job, ledger: Ledger, numbers: list[int]) -> None:
    async with await connect(job.url, name="producer") as connection:
        producer = Producer(connection, EXCHANGE, confirm_within_s=CONFIRM_WITHIN_S)
        if job.case.style == "one by one":
            for number in numbers:
                await _one(job, ledger, producer, number)
        elif job.case.style == "window":
            await _in_a_window(job, ledger, producer, numbers)
        else:
            room = asyncio.Semaphore(WINDOW)
            async with asyncio.TaskGroup() as group:
                for number in numbers:
                    await room.acquire()
                    group.create_task(_one(job, ledger, producer, number)).add_done_callback(
                        lambda _task: room.release()
                    )


async def _in_a_window(job: Job, ledger: Ledger, producer: Producer, numbers: list[int]) -> None:
    """The window tells at its end who was not confirmed: whoever is killed before that knows of nothing."""
    window = ConfirmWindow(producer, size=WINDOW)
    sent = set()
    try:
        async with window:
            for number in numbers:
                message = job.case.message(number)
                sent.add(message.message_id or "")
                ledger.intend(message.message_id or "")
                lie(job, ledger, message.message_id or "")
                await window.publish(message, KEY)
                await asyncio.sleep(job.case.pause_s)
    finally:
        for message_id in sent - {each.message.message_id for each in window.failed}:
            ledger.confirm(message_id)


async def _one(job: Job, ledger: Ledger, producer: Producer, number: int) -> None:
    message = job.case.message(number)
    message_id = message.message_id or ""
    ledger.intend(message_id)
    lie(job, ledger, message_id)
    try:
        await producer.publish(message, KEY)
    except (ConfirmTimeout, Nacked) as error:
        say(f"producer: {error}")
        return
    ledger.confirm(message_id)
    await asyncio.sleep(job.case.pause_s)


def consume(job: Job) -> None:
    """Consume until SIGTERM; then finish what is in hand. The connection makes a broken line again by itself."""
    worker = Worker(job)
    asyncio.run(_consume(job, worker))
    worker.late()


async def _consume(job: Job, worker: Worker) -> None:
    # A coroutine works on the loop, a plain function in threads: both are the lane's business.
    handler = worker.on_the_loop if job.case.seed % 3 else worker
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    while not stop.is_set():
        try:
            async with (
                await connect(job.url, name="consumer") as connection,
                await connect(job.url, name="copies") as copies,
            ):
                await declare(connection, job.case.topology)
                consumer = Consumer(
                    connection, LADDER.queue, prefetch=job.case.prefetch, ladder=LADDER, publish_on=copies
                )
                await consumer.run(handler, stop=stop)
        except LabsError as error:
            say(f"consumer: {type(error).__name__}: {error}")
            await asyncio.sleep(AGAIN_S)
