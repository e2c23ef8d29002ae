# expect: The broker said 406
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
    arguments = {
        "x-delivery-limit": 4,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "orders.parked",
    }
    channel.queue_declare("orders", durable=True, arguments=arguments)
