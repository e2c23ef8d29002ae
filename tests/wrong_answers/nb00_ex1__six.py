# expect: it holds exactly 5 (found 6)
def leave_five(channel):
    channel.queue_declare("first_orders", durable=True)
    for number in range(1, 7):
        channel.basic_publish(exchange="", routing_key="first_orders", body=f"o{number}")
