# expect: Ask for both labels, with x-match=all
def only_urgent_algiers(channel):
    channel.exchange_declare("shop.labels", exchange_type="headers", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
    labels = {"x-match": "any", "wilaya": "Algiers", "urgent": True}
    channel.queue_bind("urgent_algiers", "shop.labels", arguments=labels)
