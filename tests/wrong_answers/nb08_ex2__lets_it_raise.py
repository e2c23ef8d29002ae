# expect: serve failed. RuntimeError: the mail server does not answer
def serve(channel, handle):
    for delivery, properties, body in channel.consume("order_notifications", inactivity_timeout=2):
        if delivery is None:
            break
        handle(properties, body)
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
