# expect: True, 1 and 'true' are three different values
def only_urgent_algiers(channel):
    channel.exchange_declare("shop.labels", exchange_type="headers", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
    labels = {"x-match": "all", "wilaya": "Algiers", "urgent": True}
    labels["urgent"] = 1  # a table has each name once, so this takes the place of True
    channel.queue_bind("urgent_algiers", "shop.labels", arguments=labels)
