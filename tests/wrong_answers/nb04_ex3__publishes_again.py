# expect: What is published again goes to the end.
def serve_until(channel, handle, stop):
    channel.basic_qos(prefetch_count=5)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.2):
        if delivery is not None:
            if stop.is_set():
                channel.basic_publish("", "orders", body)
                channel.basic_ack(delivery.delivery_tag)
                break
            handle(body)
            channel.basic_ack(delivery.delivery_tag)
        elif stop.is_set():
            break
    channel.cancel()
