# expect: NOT_FOUND
def furthest_behind(channel, queues):
    waiting = {queue: channel.queue_declare(queue, passive=True).method.message_count for queue in queues}
    return max(waiting, key=waiting.get)
