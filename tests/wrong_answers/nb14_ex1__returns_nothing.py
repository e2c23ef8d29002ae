# expect: Return the queue's name
def queue_for(channel, receiver):
    channel.queue_declare(f"order_{receiver}", durable=True)
    channel.queue_bind(f"order_{receiver}", "orders", "order.created")
