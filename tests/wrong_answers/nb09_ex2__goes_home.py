# expect: is no reason to go home
from labs.aio.connection import connect
from labs.aio.consumer import Consumer
from labs.outcome import Ack, Retry


async def work_off(url, handle):
    done = []

    async def one(delivery):
        try:
            await handle(delivery.message.body.decode())
        except OSError:
            return Retry()
        done.append(delivery)
        return Ack()

    async with await connect(url) as connection:
        await Consumer(connection, "orders", prefetch=4).run(one, until=lambda: len(done) >= 4)
