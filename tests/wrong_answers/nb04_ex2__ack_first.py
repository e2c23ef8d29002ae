# expect: lost: order 4)
def work_off(channel, handle):
    channel.basic_qos(prefetch_count=10)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.5):
        if delivery is None:
            break
        channel.basic_ack(delivery.delivery_tag)
        handle(body)
    channel.cancel()
