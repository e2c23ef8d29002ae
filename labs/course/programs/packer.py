"""A consumer that leaves in order when it is told to: SIGTERM sets a flag, nothing more.

The flag is looked at between two orders, so the one in hand is finished and acknowledged first. What was pushed
and not begun goes back with `cancel`. Without the handler, SIGTERM would end it on the spot, as `kill -9` does.
https://www.rabbitmq.com/docs/consumers#unsubscribing
"""

import signal
import sys
import time

import pika


def main() -> None:
    """Words: the address, the queue, and the order that takes a second."""
    url, queue, long_one = sys.argv[1:]
    leaving: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: leaving.append(number))
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.basic_qos(prefetch_count=5)
    for delivery, _properties, body in channel.consume(queue, inactivity_timeout=0.1):
        if delivery is not None:
            print(body.decode(), "again" if delivery.redelivered else "new", flush=True)  # its label
            time.sleep(1.0 if body.decode() == long_one else 0)  # its parcel
            channel.basic_ack(delivery.delivery_tag)
        if leaving:
            break
    channel.cancel()  # gives back what was pushed and not begun
    connection.close()


if __name__ == "__main__":
    main()
