# expect: Do not wait for one order
import asyncio

import aio_pika


async def work_off(url, handle):
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        queue = await channel.get_queue("orders")

        async def one(message):
            try:
                await handle(message.body.decode())
            except OSError:
                await message.reject(requeue=True)
            else:
                await message.ack()

        await queue.consume(one)
        await asyncio.Event().wait()
