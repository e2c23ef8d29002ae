# expect: it names those that were refused
from labs.errors import Unroutable
from labs.message import Message
from labs.sync.window import ConfirmWindow


def send_far(url, orders):
    with ConfirmWindow(url, "shop", size=100) as window:
        message = {i: Message(body=b"an order", message_id=i) for i, _ in orders}
        futures = {i: window.publish(message[i], key) for i, key in orders}
        return {i for i, future in futures.items() if isinstance(future.exception(10), Unroutable)}
