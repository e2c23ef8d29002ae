# expect: With auto_ack it has forgotten them
def serve_until(channel, handle, stop):
    for delivery, _properties, body in channel.consume("orders", auto_ack=True, inactivity_timeout=0.2):
        if delivery is not None:
            handle(body)
        if stop.is_set():
            break
    channel.cancel()
