# expect: publish with the same ones
import pika


def to_quorum(channel):
    kept = []
    while (taken := channel.basic_get("orders"))[0] is not None:
        kept.append(taken)
    channel.queue_delete("orders")
    channel = channel.connection.channel()
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind("orders", "shop", "order.*")
    for _, _, body in kept:
        channel.basic_publish("", "orders", body, pika.BasicProperties(delivery_mode=2))
