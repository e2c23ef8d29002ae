# expect: without a limit they never are
def serve(channel, handle):
    def on_order(_channel, delivery, _properties, body):
        handle(body)
        channel.basic_ack(delivery.delivery_tag)

    channel.basic_qos(prefetch_count=0)
    channel.basic_consume("orders", on_order)
