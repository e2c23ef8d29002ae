# expect: 404 NOT_FOUND
def add_warehouse(channel):
    channel.queue_bind("warehouse.orders", "orders", routing_key="order.created")
