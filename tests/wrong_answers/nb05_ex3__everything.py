# expect: takes created as well
def bind_support(channel):
    channel.queue_bind("support", "orders", routing_key="order.#")
