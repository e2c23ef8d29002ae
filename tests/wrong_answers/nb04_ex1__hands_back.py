# expect: Call handle(body) once for each order
def serve(channel, handle):
    def on_order(_channel, delivery, _properties, body):
        handle(body)
        channel.basic_nack(delivery.delivery_tag)

    channel.basic_qos(prefetch_count=1)
    channel.basic_consume("orders", on_order)
