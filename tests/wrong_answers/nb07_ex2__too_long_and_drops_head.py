# expect: Only what is rejected may leave
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": 4,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "orders.parked",
        "x-max-length": 2,
    }
    channel.queue_declare("orders", durable=True, arguments=arguments)
