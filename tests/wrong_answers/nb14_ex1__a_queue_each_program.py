# expect: both programs of billing consume from one queue
from itertools import count

numbers = count(1)


def queue_for(channel, receiver):
    name = f"{receiver}.{next(numbers)}"
    channel.queue_declare(name, durable=True)
    channel.queue_bind(name, "orders", "order.created")
    return name
