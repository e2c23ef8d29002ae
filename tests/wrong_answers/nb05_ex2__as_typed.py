# expect: Count the words
def key_for(channel, what, where, urgent):
    return f"order.{what}.{where}" + (".urgent" if urgent else "")
