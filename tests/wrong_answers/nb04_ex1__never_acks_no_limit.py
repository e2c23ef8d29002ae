# expect: belongs to the queue again as soon as its channel closes
def serve(channel, handle):
    channel.basic_consume("orders", lambda _ch, _d, _p, body: handle(body))
