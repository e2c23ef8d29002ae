def leave_five(channel):
    """Leave o1, o2, o3, o4 and o5 in the queue first_orders."""
    channel.queue_declare("first_orders", durable=True)
    for number in range(1, 6):
        channel.basic_publish(exchange="", routing_key="first_orders", body=f"o{number}")
