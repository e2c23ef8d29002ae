def work_off(channel, handle):
    """Handle every order that waits in `orders`; return when none has come for half a second."""
    channel.basic_qos(prefetch_count=10)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.5):
        if delivery is None:
            break
        handle(body)  # if this raises, or the line is cut, there is no ack, and the order comes back
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
