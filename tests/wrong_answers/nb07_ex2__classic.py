# expect: A classic queue gives it back for ever
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "orders.parked"}
    channel.queue_declare("orders", durable=True, arguments=arguments)
