# expect: with auto-ack, or an ack before the work
import asyncio

import aio_pika


async def work_off(url, handle):
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=4)
        queue = await channel.get_queue("orders")

        async def one(message):
            await handle(message.body.decode())

        await queue.consume(one, no_ack=True)
        await asyncio.Event().wait()
