# expect: a confirm says only that the broker has it in its memory
import pika
import pika.exceptions


def deliver(channel, orders, connect):
    channel.confirm_delivery()
    for order in orders:
        while True:
            try:
                channel.basic_publish("", "orders", order, pika.BasicProperties(message_id=order))
                break
            except pika.exceptions.AMQPError:
                channel = connect()
                channel.confirm_delivery()
