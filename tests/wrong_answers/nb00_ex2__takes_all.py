# expect: it holds nothing
def take_two(channel):
    taken = [channel.basic_get("first_orders", auto_ack=True)[2].decode() for _ in range(5)]
    return taken[:2]
