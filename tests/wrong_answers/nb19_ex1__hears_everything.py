# expect: take the status updates, too
def add_warehouse(channel):
    channel.queue_declare("warehouse.orders", durable=True)
    channel.queue_bind("warehouse.orders", "orders", routing_key="order.#")
