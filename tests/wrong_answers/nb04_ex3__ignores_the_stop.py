# expect: it began at most 5 more after that (handled 24)
def serve_until(channel, handle, stop):
    channel.basic_qos(prefetch_count=5)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is None:
            break
        handle(body)
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
