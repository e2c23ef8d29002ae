# expect: the five paid orders are there (missing: 42, 44, 46, 48, 50)
def take_orders(channel, orders):
    channel.queue_declare("orders", durable=True)
    for number, _ in orders:
        channel.basic_publish("", "orders", str(number))
