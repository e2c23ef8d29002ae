"""The same packer on the lab modules: `Consumer.run` is the loop, its `stop` the flag."""

import signal
import sys
import threading
import time

from labs.message import Delivery
from labs.outcome import Ack
from labs.sync.connection import connect
from labs.sync.consumer import Consumer


def main() -> None:
    """Words: the address, the queue, and the order that takes a second."""
    url, queue, long_one = sys.argv[1:]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())

    def pack(delivery: Delivery) -> Ack:
        order = delivery.message.body.decode()
        print(order, "again" if delivery.redelivered else "new", flush=True)
        time.sleep(1.0 if order == long_one else 0)
        return Ack()

    with connect(url, name="packer") as connection:
        Consumer(connection, queue, prefetch=5).run(pack, stop=stop)


if __name__ == "__main__":
    main()
