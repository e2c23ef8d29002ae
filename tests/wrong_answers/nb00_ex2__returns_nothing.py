# expect: End the function with `return`
def take_two(channel):
    for _ in range(2):
        channel.basic_get("first_orders", auto_ack=True)
