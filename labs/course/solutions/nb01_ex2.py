import pika.exceptions


def publish_and_know(channel, routing_key, body):
    """Publish body; return True if a queue took it, False if nobody wanted it."""
    channel.confirm_delivery()  # the broker answers every publish …
    try:
        channel.basic_publish("", routing_key, body, mandatory=True)  # … and hands back what nobody wants
    except pika.exceptions.UnroutableError:
        return False
    return True
