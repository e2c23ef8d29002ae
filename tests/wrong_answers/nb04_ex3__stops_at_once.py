# expect: leave only when stop.is_set()
def serve_until(channel, handle, stop):
    delivery, _properties, body = channel.basic_get("orders")
    handle(body)
    channel.basic_ack(delivery.delivery_tag)
    stop.wait(1)
