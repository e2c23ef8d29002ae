# expect: The broker said 406
def only_urgent_algiers(channel):
    channel.exchange_declare("shop.labels", exchange_type="headers", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
    channel.queue_bind("urgent_algiers", "shop.labels", arguments={"x-match": "both", "wilaya": "Algiers"})
