# expect: It waits for something that never comes
def serve_until(channel, handle, stop):
    def on_order(_channel, delivery, _properties, body):
        handle(body)
        channel.basic_ack(delivery.delivery_tag)

    channel.basic_qos(prefetch_count=5)
    channel.basic_consume("orders", on_order)
    channel.start_consuming()
