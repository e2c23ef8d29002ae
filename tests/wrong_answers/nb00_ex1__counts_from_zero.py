# expect: range(5) counts 0 to 4
def leave_five(channel):
    channel.queue_declare("first_orders", durable=True)
    for number in range(5):
        channel.basic_publish(exchange="", routing_key="first_orders", body=f"o{number}")
