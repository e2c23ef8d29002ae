# expect: They were in hand when the program was cancelled
import asyncio

import aio_pika


async def work_off(url, handle):
    room = asyncio.Semaphore(4)

    async def one(message):
        async with message.process(ignore_processed=True):
            try:
                await handle(message.body.decode())
            except OSError:
                await message.reject(requeue=True)
            finally:
                room.release()

    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=4)
        queue = await channel.get_queue("orders")
        async with asyncio.TaskGroup() as group:
            while True:
                await room.acquire()
                message = await queue.get(fail=False)
                while message is None:
                    await asyncio.sleep(0.05)
                    message = await queue.get(fail=False)
                group.create_task(one(message))
