# expect: names that begin with x- are skipped
def only_urgent_algiers(channel):
    channel.exchange_declare("shop.labels", exchange_type="headers", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
    for urgent in (True, 1):
        labels = {"x-match": "all", "x-wilaya": "Algiers", "x-urgent": urgent}
        channel.queue_bind("urgent_algiers", "shop.labels", arguments=labels)
