# expect: all four urgent orders from Algiers arrive (missing 2
def only_urgent_algiers(channel):
    channel.exchange_declare("shop.labels", exchange_type="headers", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
    labels = {"x-match": "all", "wilaya": "Algiers", "urgent": True}
    channel.queue_bind("urgent_algiers", "shop.labels", arguments=labels)
