# expect: goes with the connection that declared it
def queue_for(channel, receiver):
    channel.queue_declare(f"order_{receiver}", exclusive=True)
    channel.queue_bind(f"order_{receiver}", "orders", "order.created")
    return f"order_{receiver}"
