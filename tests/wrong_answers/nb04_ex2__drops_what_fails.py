# expect: One rejected with requeue=False is dropped, too.
def work_off(channel, handle):
    channel.basic_qos(prefetch_count=10)
    for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.5):
        if delivery is None:
            break
        try:
            handle(body)
        except Exception:
            channel.basic_reject(delivery.delivery_tag, requeue=False)
        else:
            channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
