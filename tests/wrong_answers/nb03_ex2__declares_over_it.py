# expect: The broker said 406
def to_quorum(channel):
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
