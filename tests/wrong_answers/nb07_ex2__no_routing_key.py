# expect: give x-dead-letter-routing-key
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 4, "x-dead-letter-exchange": ""}
    channel.queue_declare("orders", durable=True, arguments=arguments)
