# expect: if you say x-delivery-limit
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
    arguments = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "orders.parked",
    }
    channel.queue_declare("orders", durable=True, arguments=arguments)
