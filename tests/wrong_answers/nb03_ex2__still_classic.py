# expect: it is a quorum queue (it is classic)
def to_quorum(channel):
    channel.queue_declare("orders", durable=True)
