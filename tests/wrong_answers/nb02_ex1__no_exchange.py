# expect: The broker said 404
def three_queues(channel):
    for queue in ("new_orders", "money", "audit"):
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, "shop.orders", routing_key="#")
