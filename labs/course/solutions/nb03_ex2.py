def to_quorum(channel):
    """Make `orders` a quorum queue without losing an order, a property or the binding."""

    def move(channel, source, target):
        channel.confirm_delivery()  # an order leaves one queue only when the other one has it for certain
        while True:
            delivery, properties, body = channel.basic_get(source)
            if delivery is None:
                return
            channel.basic_publish("", target, body, properties, mandatory=True)
            channel.basic_ack(delivery.delivery_tag)

    # the type is fixed at birth, so the orders wait next door while `orders` is born again
    channel.queue_declare("orders.waiting", durable=True)
    move(channel, "orders", "orders.waiting")
    channel.queue_delete("orders", if_empty=True)  # 406 if an order came in meanwhile: better than losing it
    fresh = channel.connection.channel()  # RabbitMQ 3 breaks off a channel that has read the old queue
    fresh.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum"})
    fresh.queue_bind("orders", "shop", "order.*")  # the old queue took its binding with it
    move(fresh, "orders.waiting", "orders")
    fresh.queue_delete("orders.waiting", if_empty=True)
