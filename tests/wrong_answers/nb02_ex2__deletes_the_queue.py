# expect: order_notifications still holds its one message (found 0)
def lose_nothing(channel):
    channel.queue_delete("order_notifications")
    channel.exchange_delete("shop.events")
    channel.exchange_declare("shop.unrouted", exchange_type="fanout", durable=True)
    net = {"alternate-exchange": "shop.unrouted"}
    channel.exchange_declare("shop.events", exchange_type="topic", durable=True, arguments=net)
    for queue, exchange, key in (
        ("order_notifications", "shop.events", "order.*"),
        ("order_unrouted", "shop.unrouted", ""),
    ):
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, exchange, routing_key=key)
