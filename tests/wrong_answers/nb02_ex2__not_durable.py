# expect: shop.events is durable, as before
def lose_nothing(channel):
    channel.exchange_declare("shop.unrouted", exchange_type="fanout")
    channel.queue_declare("order_unrouted", durable=True)
    channel.queue_bind("order_unrouted", "shop.unrouted")
    channel.exchange_delete("shop.events")
    channel.exchange_declare(
        "shop.events", exchange_type="topic", arguments={"alternate-exchange": "shop.unrouted"}
    )
    channel.queue_bind("order_notifications", "shop.events", routing_key="order.*")
