# expect: makes neither queue nor binding
def declare_orders(channel):
    channel.queue_declare("orders.parked", durable=True)
    channel.exchange_declare("parked", "fanout", durable=True)
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 4, "x-dead-letter-exchange": "parked"}
    channel.queue_declare("orders", durable=True, arguments=arguments)
