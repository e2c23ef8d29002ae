# expect: Do not wait for it before the next publish
from labs.errors import PublishFailed
from labs.message import Message
from labs.sync.connection import connect
from labs.sync.producer import Producer


def send_far(url, orders):
    lost = set()
    with connect(url) as connection:
        producer = Producer(connection, "shop")
        for message_id, key in orders:
            try:
                producer.publish(Message(body=b"an order", message_id=message_id), key)
            except PublishFailed:
                lost.add(message_id)
    return lost
