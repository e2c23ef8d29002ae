# expect: no order was lost (lost: order
def work_off(channel, handle):
    taken = []
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.5):
        if delivery is None:
            break
        taken.append((delivery.delivery_tag, body))
    channel.basic_ack(taken[-1][0], multiple=True)
    for _tag, body in taken:
        handle(body)
