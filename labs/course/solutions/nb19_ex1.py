def add_warehouse(channel):
    """Let the queue warehouse.orders hear of every new order."""
    channel.queue_declare("warehouse.orders", durable=True)
    channel.queue_bind("warehouse.orders", "orders", routing_key="order.created")
