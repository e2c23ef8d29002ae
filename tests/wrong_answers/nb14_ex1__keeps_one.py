# expect: A limit or a time to live
def queue_for(channel, receiver):
    channel.queue_declare(f"order_{receiver}", durable=True, arguments={"x-max-length": 1})
    channel.queue_bind(f"order_{receiver}", "orders", "order.created")
    return f"order_{receiver}"
