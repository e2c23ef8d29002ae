# expect: deliver failed. The broker said 320
import pika


def deliver(channel, orders, connect):
    channel.confirm_delivery()
    for order in orders:
        channel.basic_publish("", "orders", order, pika.BasicProperties(message_id=order, delivery_mode=2))
