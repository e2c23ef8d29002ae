# expect: Go on until nothing comes any more
def work_off(channel, handle):
    delivery, _properties, body = channel.basic_get("orders")
    if delivery is not None:
        handle(body)
        channel.basic_ack(delivery.delivery_tag)
