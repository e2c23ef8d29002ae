# expect: returns None
import pika.exceptions


def furthest_behind(channel, queues):
    waiting = {}
    for queue in queues:
        look = channel.connection.channel()
        try:
            waiting[queue] = look.queue_declare(queue, passive=True).method.message_count
        except pika.exceptions.ChannelClosedByBroker:
            continue
    return max(waiting, key=waiting.get)
