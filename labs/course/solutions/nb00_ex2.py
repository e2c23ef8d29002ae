def take_two(channel):
    """Take the first two messages of first_orders for good and return their bodies as a list of text."""
    taken = []
    for _ in range(2):
        delivery, _properties, body = channel.basic_get("first_orders")
        channel.basic_ack(delivery.delivery_tag)  # without this the broker would put it back
        taken.append(body.decode())
    return taken
