# expect: What was confirmed is safe
import pika
import pika.exceptions


def deliver(channel, orders, connect):
    try:
        channel.confirm_delivery()
        for order in orders:
            properties = pika.BasicProperties(message_id=order, delivery_mode=2)
            channel.basic_publish("", "orders", order, properties)
    except pika.exceptions.AMQPError:
        deliver(connect(), orders, connect)
