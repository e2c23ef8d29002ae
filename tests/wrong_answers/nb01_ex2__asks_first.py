# expect: closed already
import pika.exceptions


def publish_and_know(channel, routing_key, body):
    try:
        channel.queue_declare(routing_key, passive=True)
    except pika.exceptions.ChannelClosedByBroker:
        return False
    channel.basic_publish("", routing_key, body)
    return True
