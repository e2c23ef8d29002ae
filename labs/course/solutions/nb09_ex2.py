from labs.aio.connection import connect
from labs.aio.consumer import Consumer
from labs.outcome import Ack, Retry


async def work_off(url, handle):
    """Await handle(text) for each order in `orders`, four at once, until cancelled; lose none."""

    async def one(delivery):
        try:
            await handle(delivery.message.body.decode())
        except OSError as error:
            return Retry(after_ms=100, reason=str(error))  # a pause, or it would come back in a hot loop
        return Ack()  # only now: what is cancelled before stays unsettled, and goes back by itself

    async with await connect(url) as connection:
        await Consumer(connection, "orders", prefetch=4, drain_s=0.5).run(one)
