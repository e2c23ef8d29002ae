# expect: names order_notifications
import pika.exceptions


def furthest_behind(channel, queues):
    waiting = {}
    try:
        for queue in queues:
            waiting[queue] = channel.queue_declare(queue, passive=True).method.message_count
    except pika.exceptions.ChannelClosedByBroker:
        pass
    return max(waiting, key=waiting.get, default=None)
