# expect: it returned 7
import pika.exceptions


def furthest_behind(channel, queues):
    most = 0
    for queue in queues:
        look = channel.connection.channel()
        try:
            most = max(most, look.queue_declare(queue, passive=True).method.message_count)
        except pika.exceptions.ChannelClosedByBroker:
            continue
    return most or None
