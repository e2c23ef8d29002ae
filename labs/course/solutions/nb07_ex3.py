import threading
from functools import partial


def work_off(channel, handle):
    """Handle every order in `orders` while the line lives; return when all are done and acknowledged."""
    at_work = set()

    def finish(tag):  # runs in the thread of the connection
        channel.basic_ack(tag)
        at_work.discard(tag)

    def work(tag, body):  # runs in a thread of its own, and touches no channel
        handle(body)
        channel.connection.add_callback_threadsafe(partial(finish, tag))

    channel.basic_qos(prefetch_count=3)  # the only bound on the number of threads
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:
            at_work.add(delivery.delivery_tag)
            threading.Thread(target=work, args=(delivery.delivery_tag, body), daemon=True).start()
        elif not at_work:
            break
    channel.cancel()
