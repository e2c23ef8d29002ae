# expect: Hand the ack over
import threading


def work_off(channel, handle):
    threads = []

    def work(tag, body):
        handle(body)
        channel.basic_ack(tag)

    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:
            threads.append(threading.Thread(target=work, args=(delivery.delivery_tag, body), daemon=True))
            threads[-1].start()
        elif not any(thread.is_alive() for thread in threads):
            break
    channel.cancel()
