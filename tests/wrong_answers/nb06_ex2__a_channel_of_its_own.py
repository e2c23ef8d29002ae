# expect: Publish on the channel that you are given
import pika


def deliver(channel, orders, connect):
    connection = channel.connection
    channel.close()
    channel = connection.channel()  # another channel, which the check does not know
    channel.confirm_delivery()
    for order in orders:
        channel.basic_publish("", "orders", order, pika.BasicProperties(message_id=order, delivery_mode=2))
