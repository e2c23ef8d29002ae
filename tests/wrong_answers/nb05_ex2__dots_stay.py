# expect: Count the words
def key_for(channel, what, where, urgent):
    return f"order.{what}.{where.lower().replace(chr(32), chr(95))}" + (".urgent" if urgent else "")
