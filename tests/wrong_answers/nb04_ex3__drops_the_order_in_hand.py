# expect: nothing is lost (lost: order 8)
def serve_until(channel, handle, stop):
    channel.basic_qos(prefetch_count=5)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:
            channel.basic_ack(delivery.delivery_tag)
        if stop.is_set():
            break
        if delivery is not None:
            handle(body)
    channel.cancel()
