# expect: urgent
def key_for(channel, what, where, urgent):
    return f"order.{what}.{where.lower().replace(chr(46), str()).replace(chr(32), chr(95))}"
