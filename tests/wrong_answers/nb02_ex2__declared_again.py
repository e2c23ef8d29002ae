# expect: The broker said 406
def lose_nothing(channel):
    channel.exchange_declare("shop.unrouted", exchange_type="fanout", durable=True)
    channel.queue_declare("order_unrouted", durable=True)
    channel.queue_bind("order_unrouted", "shop.unrouted")
    net = {"alternate-exchange": "shop.unrouted"}
    channel.exchange_declare("shop.events", exchange_type="topic", durable=True, arguments=net)
