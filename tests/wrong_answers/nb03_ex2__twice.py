# expect: acknowledge each one after you have published it
def to_quorum(channel):
    def copy(channel, source, target):
        while True:
            delivery, properties, body = channel.basic_get(source)
            if delivery is None:
                return
            channel.basic_publish("", target, body, properties)

    channel.queue_declare("helper", durable=True)
    copy(channel, "orders", "helper")
    channel.basic_recover(requeue=True)
    copy(channel, "orders", "helper")
    channel.queue_delete("orders")
    channel = channel.connection.channel()
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
    copy(channel, "helper", "orders")
