# expect: it is a topic exchange that publishers may use (it is fanout)
def lose_nothing(channel):
    channel.exchange_delete("shop.events")
    channel.exchange_declare("shop.events", exchange_type="fanout", durable=True)
    channel.queue_declare("order_unrouted", durable=True)
    channel.queue_bind("order_notifications", "shop.events")
    channel.queue_bind("order_unrouted", "shop.events")
