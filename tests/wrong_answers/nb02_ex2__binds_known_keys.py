# expect: Only an alternate exchange knows what nobody wants today
def lose_nothing(channel):
    channel.queue_declare("order_unrouted", durable=True)
    for key in ("payment.#", "invoice.#", ""):
        channel.queue_bind("order_unrouted", "shop.events", routing_key=key)
