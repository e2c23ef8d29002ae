# expect: no key has a space in it
def key_for(channel, what, where, urgent):
    return f"order.{what}.{where.lower().replace(chr(46), str())}" + (".urgent" if urgent else "")
