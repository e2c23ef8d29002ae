# expect: it must exist
def lose_nothing(channel):
    channel.queue_declare("order_unrouted", durable=True)
    channel.exchange_delete("shop.events")
    net = {"alternate-exchange": "order_unrouted"}  # a queue's name, not an exchange's
    channel.exchange_declare("shop.events", exchange_type="topic", durable=True, arguments=net)
    channel.queue_bind("order_notifications", "shop.events", routing_key="order.*")
