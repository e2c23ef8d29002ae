# expect: dead letters arrived in order_refused (0 found)
def four_deaths(channel):
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "order_refused"}
    channel.queue_declare("order_refused", durable=True)
    channel.confirm_delivery()
    channel.queue_declare("mail", durable=True, arguments=dead)
    channel.basic_publish("", "mail", "order 42")
    delivery, _properties, _body = channel.basic_get("mail")
    channel.basic_reject(delivery.delivery_tag, requeue=False)
    for delivery, _properties, _body in channel.consume(
        "order_refused", auto_ack=True, inactivity_timeout=0.5
    ):
        if delivery is None:
            break
    channel.cancel()
