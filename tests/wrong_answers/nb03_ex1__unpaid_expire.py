# expect: A clock removes the unpaid orders whether the broker dies or not
import pika


def take_orders(channel, orders):
    channel.queue_declare("orders", durable=True)
    for number, paid in orders:
        properties = pika.BasicProperties(delivery_mode=2, expiration=None if paid else "5000")
        channel.basic_publish("", "orders", str(number), properties)
