import pika
import pika.exceptions


def deliver(channel, orders, connect):
    """Publish every order to the queue `orders`; none may be missing, whatever happens to the connection."""
    channel.confirm_delivery()
    for order in orders:
        # The same id in every attempt: that is how a reader knows the second copy for what it is.
        properties = pika.BasicProperties(message_id=order, delivery_mode=2)
        confirmed = False
        while not confirmed:
            try:
                channel.basic_publish("", "orders", order, properties, mandatory=True)
                confirmed = True  # only now may we forget it
            except pika.exceptions.AMQPError:  # the outcome is unknown, so this one goes again
                channel = connect()
                channel.confirm_delivery()
