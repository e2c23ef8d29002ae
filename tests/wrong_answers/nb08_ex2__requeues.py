# expect: A requeue comes back at once
def serve(channel, handle):
    failed = {}
    channel.queue_declare("order_notifications.parked", durable=True)
    for delivery, properties, body in channel.consume("order_notifications", inactivity_timeout=2):
        if delivery is None:
            break
        try:
            handle(properties, body)
        except Exception:
            failed[body] = failed.get(body, 0) + 1
            if failed[body] < 3:
                channel.basic_reject(delivery.delivery_tag, requeue=True)
                continue
            channel.basic_publish("", "order_notifications.parked", body, properties)
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
