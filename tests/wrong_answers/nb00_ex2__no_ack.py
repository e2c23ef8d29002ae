# expect: Acknowledge the two you took
def take_two(channel):
    return [channel.basic_get("first_orders")[2].decode() for _ in range(2)]
