from labs.message import Message
from labs.sync.window import ConfirmWindow


def send_far(url, orders):
    """Publish the orders to `shop` on the broker at `url`, fast; return the ids of those that are not stored."""
    futures = {}
    with ConfirmWindow(url, "shop", size=100) as window:
        for message_id, key in orders:  # at most 100 of them wait for their answer at any time
            message = Message(body=message_id.encode(), message_id=message_id)
            futures[message_id] = window.publish(message, key)
        # Each future knows what became of its own order: an exception is a return or a nack.
        return {message_id for message_id, future in futures.items() if future.exception(10)}
