# expect: An exclusive queue goes with the connection
import pika


def take_orders(channel, orders):
    channel.queue_declare("orders", durable=True, exclusive=True)
    for number, paid in orders:
        channel.basic_publish("", "orders", str(number), pika.BasicProperties(delivery_mode=2 if paid else 1))
