# expect: Begin it with `async def`
from labs.message import Message
from labs.sync.window import ConfirmWindow


def send_all(url, orders):
    with ConfirmWindow(url, "shop", size=50) as window:
        sent = {m: window.publish(Message(body=b"an order", message_id=m), key) for m, key in orders}
        return {message_id for message_id, future in sent.items() if future.exception(10)}
