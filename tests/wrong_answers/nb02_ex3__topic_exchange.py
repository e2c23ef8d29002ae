# expect: it is a headers exchange that publishers may use (it is topic)
def only_urgent_algiers(channel):
    channel.exchange_declare("shop.labels", exchange_type="topic", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
    channel.queue_bind("urgent_algiers", "shop.labels", routing_key="#")
