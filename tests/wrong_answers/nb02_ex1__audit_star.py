# expect: audit gets 10 of the ten
def three_queues(channel):
    channel.exchange_declare("shop.orders", exchange_type="topic", durable=True)
    patterns = {"new_orders": ["order.created.#"], "money": ["payment.*", "invoice.*"], "audit": ["*.*"]}
    for queue, keys in patterns.items():
        channel.queue_declare(queue, durable=True)
        for key in keys:
            channel.queue_bind(queue, "shop.orders", routing_key=key)
