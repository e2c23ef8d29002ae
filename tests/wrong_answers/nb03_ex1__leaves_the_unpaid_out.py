# expect: It is the restart that parts them
import pika


def take_orders(channel, orders):
    channel.queue_declare("orders", durable=True)
    for number, paid in orders:
        if paid:
            channel.basic_publish("", "orders", str(number), pika.BasicProperties(delivery_mode=2))
