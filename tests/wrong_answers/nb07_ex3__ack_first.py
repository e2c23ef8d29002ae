# expect: An ack that comes before the work
import threading


def work_off(channel, handle):
    threads = []
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:
            channel.basic_ack(delivery.delivery_tag)
            threads.append(threading.Thread(target=handle, args=(body,), daemon=True))
            threads[-1].start()
        elif not any(thread.is_alive() for thread in threads):
            break
    channel.cancel()
