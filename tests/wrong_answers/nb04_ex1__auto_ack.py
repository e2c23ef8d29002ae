# expect: With auto_ack no limit counts.
def serve(channel, handle):
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume("orders", lambda _ch, _d, _p, body: handle(body), auto_ack=True)
