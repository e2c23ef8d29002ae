# expect: Leave its queue and its binding alone
def add_warehouse(channel):
    channel.queue_declare("warehouse.orders", durable=True)
    channel.queue_bind("warehouse.orders", "orders", routing_key="order.created")
    channel.queue_unbind("order_notifications", "orders", routing_key="order.*")
