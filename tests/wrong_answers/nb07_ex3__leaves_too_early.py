# expect: return only when the last of them has finished
import threading


def work_off(channel, handle):
    def work(tag, body):
        handle(body)
        if channel.connection.is_open:
            channel.connection.add_callback_threadsafe(lambda: channel.basic_ack(tag))

    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is None:
            break
        threading.Thread(target=work, args=(delivery.delivery_tag, body), daemon=True).start()
    channel.cancel()
