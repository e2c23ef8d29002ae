def only_urgent_algiers(channel):
    """Declare shop.labels (headers) and the queue urgent_algiers, and bind it."""
    channel.exchange_declare("shop.labels", exchange_type="headers", durable=True)
    channel.queue_declare("urgent_algiers", durable=True)
    # To the broker True and 1 differ, so each program gets a binding; the queue still gets one copy.
    for urgent in (True, 1):
        labels = {"x-match": "all", "wilaya": "Algiers", "urgent": urgent}
        channel.queue_bind("urgent_algiers", exchange="shop.labels", arguments=labels)
