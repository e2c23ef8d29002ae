# expect: Cancel the consumer before you return.
def serve_until(channel, handle, stop):
    channel.basic_qos(prefetch_count=5)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:
            handle(body)
            channel.basic_ack(delivery.delivery_tag)
        if stop.is_set():
            return
