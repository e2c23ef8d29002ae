# expect: There is another queue
def to_quorum(channel):
    channel.queue_declare("orders.quorum", durable=True, arguments={"x-queue-type": "quorum"})
    while (taken := channel.basic_get("orders", auto_ack=True))[0] is not None:
        channel.basic_publish("", "orders.quorum", taken[2], taken[1])
    channel.queue_delete("orders")
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
