# expect: missing: 1: order-700
import pika
import pika.exceptions


def deliver(channel, orders, connect):
    channel.confirm_delivery()
    for order in orders:
        properties = pika.BasicProperties(message_id=order, delivery_mode=2)
        try:
            channel.basic_publish("", "orders", order, properties)
        except pika.exceptions.AMQPError:
            channel = connect()
            channel.confirm_delivery()
