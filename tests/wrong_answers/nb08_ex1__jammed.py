# expect: it must get to the head
def four_deaths(channel):
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "order_refused"}
    channel.queue_declare("order_refused", durable=True)
    channel.confirm_delivery()
    import pika

    channel.queue_declare("offers", durable=True, arguments=dead | {"x-max-length": 2})
    for number in range(2):
        channel.basic_publish("", "offers", f"order {number}")  # no expiration, and nobody reads
    channel.queue_declare("mail", durable=True, arguments=dead)
    channel.basic_publish("", "mail", "order 3")
    channel.basic_publish("", "mail", "order 4", pika.BasicProperties(expiration="50"))
    delivery, _properties, _body = channel.basic_get("offers")
    channel.basic_reject(delivery.delivery_tag, requeue=False)
