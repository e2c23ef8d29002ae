# expect: Persistent messages survive, paid or not
import pika


def take_orders(channel, orders):
    channel.queue_declare("orders", durable=True)
    for number, _ in orders:
        channel.basic_publish("", "orders", str(number), pika.BasicProperties(delivery_mode=2))
