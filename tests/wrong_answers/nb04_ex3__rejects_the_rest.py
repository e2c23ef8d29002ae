# expect: rejected with requeue=False they are dropped
def serve_until(channel, handle, stop):
    channel.basic_qos(prefetch_count=5)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if stop.is_set():
            if delivery is None:
                break
            channel.basic_reject(delivery.delivery_tag, requeue=False)
        elif delivery is not None:
            handle(body)
            channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
