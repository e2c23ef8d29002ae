# expect: a client that writes it proves nothing
def four_deaths(channel):
    import pika

    channel.queue_declare("order_refused", durable=True)
    for reason in ("rejected", "expired", "maxlen", "delivery_limit"):
        death = {"queue": "mail", "reason": reason, "count": 1, "exchange": "", "routing-keys": ["mail"]}
        channel.basic_publish("", "order_refused", reason, pika.BasicProperties(headers={"x-death": [death]}))
