# expect: missing: expired, maxlen, delivery_limit
def four_deaths(channel):
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "order_refused"}
    channel.queue_declare("order_refused", durable=True)
    channel.confirm_delivery()
    channel.queue_declare("mail", durable=True, arguments=dead)
    for number in range(4):
        channel.basic_publish("", "mail", f"order {number}")
        delivery, _properties, _body = channel.basic_get("mail")
        channel.basic_reject(delivery.delivery_tag, requeue=False)
