# expect: where it was
import pika.exceptions


def furthest_behind(channel, queues):
    waiting = {}
    for queue in queues:
        look = channel.connection.channel()
        try:
            while look.basic_get(queue, auto_ack=True)[0]:
                waiting[queue] = waiting.get(queue, 0) + 1
        except pika.exceptions.ChannelClosedByBroker:
            continue
    return max(waiting, key=waiting.get, default=None)
