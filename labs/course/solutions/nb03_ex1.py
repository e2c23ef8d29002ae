import pika


def take_orders(channel, orders):
    """Put all orders into the queue `orders`, so that only the paid ones survive the broker's death."""
    channel.queue_declare("orders", durable=True)  # the queue survives …
    for number, paid in orders:
        # … and of its messages those that are persistent (2); transient ones (1) may go
        properties = pika.BasicProperties(delivery_mode=2 if paid else 1)
        channel.basic_publish("", "orders", str(number), properties)
