# expect: was it acked before
def serve(channel, handle):
    def on_order(_channel, delivery, _properties, body):
        channel.basic_ack(delivery.delivery_tag)
        handle(body)
        channel.basic_ack(delivery.delivery_tag)

    channel.basic_qos(prefetch_count=1)
    channel.basic_consume("orders", on_order)
