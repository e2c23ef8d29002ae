# expect: new_orders has one or two bindings, all from shop.orders (found 0)
def three_queues(channel):
    channel.exchange_declare("shop.orders", exchange_type="topic", durable=True)
    for queue in ("new_orders", "money", "audit"):
        channel.queue_declare(queue, durable=True)
