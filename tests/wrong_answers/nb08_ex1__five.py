# expect: one message for each reason (5 in all)
def four_deaths(channel):
    """Let four messages die for four different reasons, so that `order_refused` holds them."""
    # A dead-letter exchange makes no queue and no binding; the default exchange needs no binding.
    to_the_dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "order_refused"}
    channel.queue_declare("order_refused", durable=True)
    strict = {"x-queue-type": "quorum", "x-max-length": 1, "x-delivery-limit": 1}
    channel.queue_declare("strict", durable=True, arguments=to_the_dead | strict)
    channel.queue_declare("offers", durable=True, arguments=to_the_dead | {"x-message-ttl": 100})
    channel.confirm_delivery()  # so that each is in its queue before we go on

    channel.basic_publish("", "offers", "expired")
    channel.basic_publish("", "offers", "expired too")
    channel.basic_publish("", "strict", "maxlen")
    channel.basic_publish("", "strict", "delivery_limit")  # pushes the other one out
    for delivery, _properties, _body in channel.consume("strict", inactivity_timeout=0.5):
        if delivery is None:
            break  # it came twice, and the second failure was one more than the limit
        channel.basic_reject(delivery.delivery_tag, requeue=True)
    channel.cancel()

    channel.basic_publish("", "strict", "rejected")
    delivery, _properties, _body = channel.basic_get("strict")
    channel.basic_reject(delivery.delivery_tag, requeue=False)
