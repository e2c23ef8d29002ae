# expect: Do not wait for it before the next publish
from labs.message import Message
from labs.sync.window import ConfirmWindow


def send_far(url, orders):
    lost = set()
    with ConfirmWindow(url, "shop", size=100) as window:
        for message_id, key in orders:
            if window.publish(Message(body=b"an order", message_id=message_id), key).exception(10):
                lost.add(message_id)
    return lost
