# expect: An exclusive queue goes with its connection
def listen(channel, book):
    channel.queue_declare("order_notifications", exclusive=True)
    channel.queue_bind("order_notifications", "orders", "order.created")
    for delivery, properties, body in channel.consume("order_notifications", inactivity_timeout=1):
        if delivery is None:
            break
        if properties.message_id not in book:
            book.write(properties.message_id, body.decode())
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
