# expect: it is a topic exchange that publishers may use (it is direct)
def three_queues(channel):
    channel.exchange_declare("shop.orders", exchange_type="direct", durable=True)
    for queue in ("new_orders", "money", "audit"):
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, "shop.orders", routing_key="#")
