def declare_orders(channel):
    """Declare `orders` so that the broker gives an order up after five deliveries, into `orders.parked`."""
    channel.queue_declare("orders.parked", durable=True)  # a dead-letter exchange makes no queue
    arguments = {
        "x-queue-type": "quorum",  # a classic queue does not count
        "x-delivery-limit": 4,  # the first delivery, and four that came back
        "x-dead-letter-exchange": "",  # the default exchange: its keys are names of queues
        "x-dead-letter-routing-key": "orders.parked",
    }
    channel.queue_declare("orders", durable=True, arguments=arguments)
