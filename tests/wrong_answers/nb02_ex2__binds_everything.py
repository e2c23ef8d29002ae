# expect: A binding with # copies everything
def lose_nothing(channel):
    channel.queue_declare("order_unrouted", durable=True)
    channel.queue_bind("order_unrouted", "shop.events", routing_key="#")
