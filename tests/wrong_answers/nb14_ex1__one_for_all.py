# expect: archive has a queue of its own
def queue_for(channel, receiver):
    channel.queue_declare("order_receivers", durable=True)
    channel.queue_bind("order_receivers", "orders", "order.created")
    return "order_receivers"
