# expect: Ask stop.is_set() after each order
def serve_until(channel, handle, stop):
    def on_order(_channel, delivery, _properties, body):
        handle(body)
        channel.basic_ack(delivery.delivery_tag)

    channel.basic_qos(prefetch_count=20)
    tag = channel.basic_consume("orders", on_order)
    while not stop.is_set():
        channel.connection.process_data_events(time_limit=0.2)
    channel.basic_cancel(tag)
