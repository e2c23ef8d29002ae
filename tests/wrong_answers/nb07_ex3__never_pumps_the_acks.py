# expect: each ack came after its work (acks: 0
import threading


def work_off(channel, handle):
    threads = []

    def work(tag, body):
        handle(body)
        channel.connection.add_callback_threadsafe(lambda: channel.basic_ack(tag))

    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is None:
            break
        threads.append(threading.Thread(target=work, args=(delivery.delivery_tag, body), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
