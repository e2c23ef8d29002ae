def serve(channel, handle):
    """Consume `orders` on this channel so that several workers share by speed."""

    def on_order(_channel, delivery, _properties, body):
        handle(body)
        channel.basic_ack(delivery.delivery_tag)  # done: now there is room for the next one

    channel.basic_qos(prefetch_count=1)  # one order in hand, so a slow worker keeps no other one waiting
    channel.basic_consume("orders", on_order)
