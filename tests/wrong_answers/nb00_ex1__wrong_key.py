# expect: the routing key must be the queue's name
def leave_five(channel):
    channel.queue_declare("first_orders", durable=True)
    for number in range(1, 6):
        channel.basic_publish(exchange="", routing_key="first-orders", body=f"o{number}")
