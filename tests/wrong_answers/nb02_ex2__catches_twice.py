# expect: order_unrouted gets 3 of five messages (found 5: 'order.created' came, 'order.status_updated' came)
def lose_nothing(channel):
    channel.exchange_declare("shop.unrouted", exchange_type="fanout", durable=True)
    channel.queue_declare("order_unrouted", durable=True)
    channel.queue_bind("order_unrouted", "shop.unrouted")
    channel.exchange_bind("shop.unrouted", "shop.events", routing_key="#")  # a binding, not an alternate
