# expect: new_orders is empty before the check publishes (found 4)
def three_queues(channel):
    channel.exchange_declare("shop.orders", exchange_type="topic", durable=True)
    channel.confirm_delivery()
    for queue, count in (("new_orders", 4), ("money", 2), ("audit", 10)):
        channel.queue_declare(queue, durable=True)
        for number in range(1, count + 1):
            channel.basic_publish("", queue, str(number).encode())
