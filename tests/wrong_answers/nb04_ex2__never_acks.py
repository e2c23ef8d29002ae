# expect: without an ack the same orders come again
def work_off(channel, handle):
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.5):
        if delivery is None:
            break
        handle(body)
    channel.cancel()
