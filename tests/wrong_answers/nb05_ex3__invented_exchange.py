# expect: 404 NOT_FOUND
def bind_support(channel):
    channel.queue_bind("support", "order", routing_key="order.cancelled.#")
