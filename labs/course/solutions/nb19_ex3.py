import pika.exceptions


def furthest_behind(channel, queues):
    """Return the name of the queue in which most messages wait, or None when all are empty."""
    waiting = {}
    for queue in queues:
        # What is not there closes the channel that asks, so each look has its own.
        look = channel.connection.channel()
        try:
            waiting[queue] = look.queue_declare(queue, passive=True).method.message_count
            look.close()
        except pika.exceptions.ChannelClosedByBroker:
            continue  # 404: nobody has declared it yet
    longest = max(waiting, key=lambda queue: waiting[queue], default=None)
    return longest if waiting.get(longest) else None
