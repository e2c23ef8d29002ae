# expect: declare orders.parked
def declare_orders(channel):
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": 4,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "orders.parked",
    }
    channel.queue_declare("orders", durable=True, arguments=arguments)
