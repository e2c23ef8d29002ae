PATTERNS = {
    "new_orders": ["order.created.#"],  # `#` takes no word, too: plain order.created fits
    "money": ["payment.*", "invoice.*"],  # two bindings of one queue mean "either"
    "audit": ["#"],  # whatever the key, even none
}


def three_queues(channel):
    """Declare shop.orders (topic) and the queues new_orders, money and audit, and bind them."""
    channel.exchange_declare("shop.orders", exchange_type="topic", durable=True)
    for queue, patterns in PATTERNS.items():
        channel.queue_declare(queue, durable=True)
        for pattern in patterns:
            channel.queue_bind(queue, exchange="shop.orders", routing_key=pattern)
