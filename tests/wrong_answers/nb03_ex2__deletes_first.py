# expect: A queue that is deleted takes its messages with it
def to_quorum(channel):
    channel.queue_delete("orders")
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind("orders", "shop", "order.*")
