# expect: Only a confirm lets you forget an order
import pika
import pika.exceptions


def deliver(channel, orders, connect):
    for order in orders:
        properties = pika.BasicProperties(message_id=order, delivery_mode=2)
        try:
            channel.basic_publish("", "orders", order, properties)
        except pika.exceptions.AMQPError:
            channel = connect()
            channel.basic_publish("", "orders", order, properties)
