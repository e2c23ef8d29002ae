def serve_until(channel, handle, stop):
    """Handle orders until `stop` is set; then leave nothing unacked."""
    channel.basic_qos(prefetch_count=5)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:  # None: nothing came, which is a good moment to look at stop
            handle(body)
            channel.basic_ack(delivery.delivery_tag)
        if stop.is_set():
            break
    channel.cancel()  # gives back what was pushed and never begun, each to its old place
