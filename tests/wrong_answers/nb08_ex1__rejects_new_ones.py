# expect: x-max-length, with the overflow drop-head
def four_deaths(channel):
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "order_refused"}
    channel.queue_declare("order_refused", durable=True)
    channel.confirm_delivery()
    arguments = {"x-max-length": 1, "x-overflow": "reject-publish"}
    channel.queue_declare("till", durable=True, arguments=dead | arguments)
    for number in range(2):
        try:
            channel.basic_publish("", "till", f"order {number}")
        except Exception:  # the publisher is told, and there is no dead letter
            delivery, _properties, _body = channel.basic_get("till")
            channel.basic_reject(delivery.delivery_tag, requeue=False)
    channel.queue_declare("offers", durable=True, arguments=dead | {"x-message-ttl": 50})
    channel.basic_publish("", "offers", "expired")
    channel.queue_declare(
        "hooks", durable=True, arguments=dead | {"x-queue-type": "quorum", "x-delivery-limit": 1}
    )
    channel.basic_publish("", "hooks", "too often")
    for delivery, _properties, _body in channel.consume("hooks", inactivity_timeout=0.5):
        if delivery is None:
            break
        channel.basic_reject(delivery.delivery_tag, requeue=True)
    channel.cancel()
