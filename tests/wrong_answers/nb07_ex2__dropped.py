# expect: Without a dead-letter exchange the broker drops it
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 4}
    channel.queue_declare("orders", durable=True, arguments=arguments)
