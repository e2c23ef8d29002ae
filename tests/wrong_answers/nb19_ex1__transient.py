# expect: it is durable
def add_warehouse(channel):
    channel.queue_declare("warehouse.orders", exclusive=False, durable=False, auto_delete=True)
    channel.queue_bind("warehouse.orders", "orders", routing_key="order.created")
