# expect: An exclusive queue goes when your function's connection closes
def three_queues(channel):
    channel.exchange_declare("shop.orders", exchange_type="topic", durable=True)
    for queue in ("new_orders", "money", "audit"):
        channel.queue_declare(queue, exclusive=True)
        channel.queue_bind(queue, "shop.orders", routing_key="#")
