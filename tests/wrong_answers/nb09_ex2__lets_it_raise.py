# expect: it ended with OSError
from labs.aio.connection import connect
from labs.aio.consumer import Consumer
from labs.outcome import Ack


async def work_off(url, handle):
    async def one(delivery):
        await handle(delivery.message.body.decode())
        return Ack()

    async with await connect(url) as connection:
        await Consumer(connection, "orders", prefetch=4, drain_s=0.5).run(one)
