# expect: order_unrouted is a stream
def lose_nothing(channel):
    channel.exchange_declare("shop.unrouted", exchange_type="fanout", durable=True)
    channel.queue_declare("order_unrouted", durable=True, arguments={"x-queue-type": "stream"})
    channel.queue_bind("order_unrouted", "shop.unrouted")
    channel.exchange_delete("shop.events")
    net = {"alternate-exchange": "shop.unrouted"}
    channel.exchange_declare("shop.events", exchange_type="topic", durable=True, arguments=net)
    channel.queue_bind("order_notifications", "shop.events", routing_key="order.*")
