# expect: bind the new one with the same key
def to_quorum(channel):
    kept = []
    while (taken := channel.basic_get("orders"))[0] is not None:
        kept.append(taken)
    channel.queue_delete("orders")
    channel = channel.connection.channel()
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
    for _, properties, body in kept:
        channel.basic_publish("", "orders", body, properties)
