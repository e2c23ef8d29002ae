# expect: A queue survives if it is durable
import pika


def take_orders(channel, orders):
    channel.queue_declare("orders")
    for number, paid in orders:
        channel.basic_publish("", "orders", str(number), pika.BasicProperties(delivery_mode=2 if paid else 1))
