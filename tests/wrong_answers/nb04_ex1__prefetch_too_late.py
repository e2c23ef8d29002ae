# expect: Set the limit before you consume.
def serve(channel, handle):
    def on_order(_channel, delivery, _properties, body):
        handle(body)
        channel.basic_ack(delivery.delivery_tag)

    channel.basic_consume("orders", on_order)
    channel.basic_qos(prefetch_count=1)
