# expect: order.* and # take more
def queue_for(channel, receiver):
    channel.queue_declare(f"order_{receiver}", durable=True)
    channel.queue_bind(f"order_{receiver}", "orders", "#")
    return f"order_{receiver}"
