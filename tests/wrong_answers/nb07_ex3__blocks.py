# expect: Let another thread run it
def work_off(channel, handle):
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.5):
        if delivery is None:
            break
        handle(body)
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
