# expect: webhook.calls behind
import pika.exceptions


def furthest_behind(channel, queues):
    waiting = {}
    for queue in queues:
        look = channel.connection.channel()
        try:
            waiting[queue] = look.queue_declare(queue, durable=True).method.message_count
        except pika.exceptions.ChannelClosedByBroker:
            again = channel.connection.channel()
            waiting[queue] = again.queue_declare(queue, passive=True).method.message_count
    return max(waiting, key=waiting.get)
