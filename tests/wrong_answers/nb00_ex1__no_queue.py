# expect: a message sent to a queue that does not exist is dropped
def leave_five(channel):
    for number in range(1, 6):
        channel.basic_publish(exchange="", routing_key="first_orders", body=f"o{number}")
