# expect: It is not there. Look at the spelling
def serve(channel, handle):
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume("order", lambda _ch, delivery, _p, _body: channel.basic_ack(delivery.delivery_tag))
