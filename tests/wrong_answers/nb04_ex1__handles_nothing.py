# expect: Call handle(body) once for each order
def serve(channel, handle):
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume("orders", lambda _ch, delivery, _p, _body: channel.basic_ack(delivery.delivery_tag))
