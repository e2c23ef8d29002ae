# expect: Did the function return it
def key_for(channel, what, where, urgent):
    key = f"order.{what}.{where}"
