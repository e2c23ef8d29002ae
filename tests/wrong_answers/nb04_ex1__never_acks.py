# expect: a worker that never acknowledges gets n orders
def serve(channel, handle):
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume("orders", lambda _ch, _d, _p, body: handle(body))
