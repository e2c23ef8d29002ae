# expect: with auto_ack when it is sent
def work_off(channel, handle):
    for delivery, _properties, body in channel.consume("orders", auto_ack=True, inactivity_timeout=0.5):
        if delivery is None:
            break
        handle(body)
    channel.cancel()
