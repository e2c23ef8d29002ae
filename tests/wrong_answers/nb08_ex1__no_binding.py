# expect: A dead-letter exchange makes neither a queue nor a binding
def four_deaths(channel):
    channel.exchange_declare("refused", exchange_type="fanout", durable=True)
    channel.queue_declare("order_refused", durable=True)
    channel.queue_declare("mail", durable=True, arguments={"x-dead-letter-exchange": "refused"})
    channel.confirm_delivery()
    for number in range(4):
        channel.basic_publish("", "mail", f"order {number}")
        delivery, _properties, _body = channel.basic_get("mail")
        channel.basic_reject(delivery.delivery_tag, requeue=False)
