def lose_nothing(channel):
    """Give shop.events an alternate exchange that brings what nobody wants to the queue order_unrouted."""
    # The net first: a fanout exchange does not look at the key, so it takes every one.
    channel.exchange_declare("shop.unrouted", exchange_type="fanout", durable=True)
    channel.queue_declare("order_unrouted", durable=True)
    channel.queue_bind("order_unrouted", exchange="shop.unrouted")

    # Arguments are fixed at birth, so shop.events is born again. Its bindings went with it: bind again.
    # Between these calls a publisher gets 404. Where publishers never pause, an operator sets a policy,
    # {"alternate-exchange": "shop.unrouted"} for exchanges named ^shop[.]events$: it works at once and
    # touches nothing else.
    channel.exchange_delete("shop.events")
    net = {"alternate-exchange": "shop.unrouted"}
    channel.exchange_declare("shop.events", exchange_type="topic", durable=True, arguments=net)
    channel.queue_bind("order_notifications", exchange="shop.events", routing_key="order.*")
