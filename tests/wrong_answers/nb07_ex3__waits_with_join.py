# expect: Let another thread run it
import threading


def work_off(channel, handle):
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is None:
            break
        thread = threading.Thread(target=handle, args=(body,), daemon=True)
        thread.start()
        thread.join()
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
