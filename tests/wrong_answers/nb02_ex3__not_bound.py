# expect: a binding leads away from shop.labels
def only_urgent_algiers(channel):
    channel.exchange_declare("shop.labels", exchange_type="headers", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
