# expect: A quorum queue with x-delivery-limit
def four_deaths(channel):
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "order_refused"}
    channel.queue_declare("order_refused", durable=True)
    channel.confirm_delivery()
    channel.queue_declare("mail", durable=True, arguments=dead | {"x-max-length": 1})
    channel.queue_declare("offers", durable=True, arguments=dead | {"x-message-ttl": 50})
    channel.basic_publish("", "offers", "expired")
    channel.basic_publish("", "mail", "pushed out")
    channel.basic_publish("", "mail", "refused")
    for requeue in (True, True, False):
        delivery, _properties, _body = channel.basic_get("mail")
        channel.basic_reject(delivery.delivery_tag, requeue=requeue)
