# expect: raises nothing: on_return_raises=True
import asyncio

import aio_pika


async def send_all(url, orders):
    lost, room = set(), asyncio.Semaphore(50)
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("shop")

        async def one(message_id, key):
            async with room:
                message = aio_pika.Message(b"an order", delivery_mode=2, message_id=message_id)
                try:
                    await exchange.publish(message, key)
                except aio_pika.exceptions.PublishError:
                    lost.add(message_id)

        async with asyncio.TaskGroup() as group:
            for message_id, key in orders:
                group.create_task(one(message_id, key))
    return lost
