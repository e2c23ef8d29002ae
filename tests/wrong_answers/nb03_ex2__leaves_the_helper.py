# expect: Delete the queue in which the orders waited
def to_quorum(channel):
    def move(channel, source, target):
        while True:
            delivery, properties, body = channel.basic_get(source)
            if delivery is None:
                return
            channel.basic_publish("", target, body, properties)
            channel.basic_ack(delivery.delivery_tag)

    channel.queue_declare("helper", durable=True)
    move(channel, "orders", "helper")
    channel.queue_delete("orders")
    channel = channel.connection.channel()
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind("orders", "shop", "order.*")
    move(channel, "helper", "orders")
