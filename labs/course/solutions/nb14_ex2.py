def listen(channel, book):
    """Write every new order into the book, once and in order; return when nothing has come for a second."""
    channel.queue_declare("order_notifications", durable=True)  # waits for us while we are away
    channel.queue_bind("order_notifications", "orders", "order.created")
    for delivery, properties, body in channel.consume("order_notifications", inactivity_timeout=1):
        if delivery is None:
            break
        if properties.message_id not in book:  # a repeat, or one that we wrote and could not acknowledge
            book.write(properties.message_id, body.decode())
        channel.basic_ack(delivery.delivery_tag)  # last: until now the broker keeps it for us
    channel.cancel()
