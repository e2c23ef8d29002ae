# expect: A queue hears only what it is bound for
def queue_for(channel, receiver):
    channel.queue_declare(f"order_{receiver}", durable=True)
    return f"order_{receiver}"
