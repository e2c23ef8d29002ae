# expect: it returns a set of ids
from labs.message import Message
from labs.sync.window import ConfirmWindow


def send_far(url, orders):
    with ConfirmWindow(url, "shop", size=100) as window:
        futures = [window.publish(Message(body=b"an order", message_id=i), key) for i, key in orders]
        for future in futures:
            future.exception(10)
