# expect: write every message to disk, whatever its delivery mode says
import pika


def take_orders(channel, orders):
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
    for number, paid in orders:
        channel.basic_publish("", "orders", str(number), pika.BasicProperties(delivery_mode=2 if paid else 1))
