# expect: basic_get does not listen
def serve(channel, handle):
    while True:
        delivery, _properties, body = channel.basic_get("orders")
        if delivery is None:
            return
        handle(body)
        channel.basic_ack(delivery.delivery_tag)
