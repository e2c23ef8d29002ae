# expect: it carries x-death (4 do not)
def four_deaths(channel):
    channel.queue_declare("order_refused", durable=True)
    for reason in ("rejected", "expired", "maxlen", "delivery_limit"):
        channel.basic_publish("", "order_refused", reason)
