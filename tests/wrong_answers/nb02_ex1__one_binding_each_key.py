# expect: new_orders has one or two bindings, all from shop.orders (found 3)
def three_queues(channel):
    channel.exchange_declare("shop.orders", exchange_type="topic", durable=True)
    for queue in ("new_orders", "money", "audit"):
        channel.queue_declare(queue, durable=True)
        for key in ("order.created", "order.created.gift", "order.created.gift.express"):
            channel.queue_bind(queue, "shop.orders", routing_key=key)
