# expect: Acknowledge each order after handle(body) has returned.
def serve_until(channel, handle, stop):
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:
            handle(body)
        if stop.is_set():
            break
    channel.cancel()
