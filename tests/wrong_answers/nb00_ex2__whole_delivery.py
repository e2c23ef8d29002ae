# expect: basic_get returns three things
def take_two(channel):
    return [channel.basic_get("first_orders", auto_ack=True) for _ in range(2)]
