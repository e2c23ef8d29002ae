# expect: A queue hears only what it is bound for
def add_warehouse(channel):
    channel.queue_declare("warehouse.orders", durable=True)
