from contextlib import suppress

from labs.aio.connection import connect
from labs.aio.producer import Producer
from labs.aio.window import ConfirmWindow
from labs.message import Message


async def send_all(url, orders):
    """Publish the orders to `shop`, many at once; return the ids of those that no queue wanted."""
    async with await connect(url) as connection:
        window = ConfirmWindow(Producer(connection, "shop"), size=50)
        with suppress(ExceptionGroup):  # expected; `failed` says of each what became of it
            async with window:
                for message_id, key in orders:  # at most 50 of them wait for their answer at any time
                    await window.publish(Message(body=b"an order", message_id=message_id), key)
        return {each.message.message_id for each in window.failed}
