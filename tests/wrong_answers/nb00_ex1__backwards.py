# expect: keeps the order of arrival
def leave_five(channel):
    channel.queue_declare("first_orders", durable=True)
    for number in range(5, 0, -1):
        channel.basic_publish(exchange="", routing_key="first_orders", body=f"o{number}")
