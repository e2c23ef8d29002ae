# expect: an ack before the work, it bounds nothing
import asyncio

import aio_pika


async def work_off(url, handle):
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=4)
        queue = await channel.get_queue("orders")

        async def one(message):
            await message.ack()
            try:
                await handle(message.body.decode())
            except OSError:
                await channel.default_exchange.publish(aio_pika.Message(message.body), "orders")

        await queue.consume(one)
        await asyncio.Event().wait()
