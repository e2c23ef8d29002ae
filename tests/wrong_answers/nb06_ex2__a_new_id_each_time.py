# expect: an id made anew makes a second order of a second attempt
import uuid

import pika
import pika.exceptions


def deliver(channel, orders, connect):
    channel.confirm_delivery()
    for order in orders:
        while True:
            properties = pika.BasicProperties(message_id=f"{order}-{uuid.uuid4()}", delivery_mode=2)
            try:
                channel.basic_publish("", "orders", order, properties)
                break
            except pika.exceptions.AMQPError:
                channel = connect()
                channel.confirm_delivery()
