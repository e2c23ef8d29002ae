# expect: neither auto_delete nor x-expires
def queue_for(channel, receiver):
    channel.queue_declare(f"order_{receiver}", durable=True, auto_delete=True)
    channel.queue_bind(f"order_{receiver}", "orders", "order.created")
    return f"order_{receiver}"
