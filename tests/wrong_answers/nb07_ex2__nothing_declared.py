# expect: channel.queue_declare('orders'
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
