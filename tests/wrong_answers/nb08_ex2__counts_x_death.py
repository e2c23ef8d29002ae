# expect: x-death is the broker's
def serve(channel, handle):
    queue = "order_notifications"
    rungs = [f"{queue}.retry.{ms}ms" for ms in (200, 1500)]
    back = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue}
    for ms, rung in zip((200, 1500), rungs, strict=True):
        channel.queue_declare(rung, durable=True, arguments=back | {"x-message-ttl": ms})
    channel.queue_declare(f"{queue}.parked", durable=True)
    channel.confirm_delivery()
    for delivery, properties, body in channel.consume(queue, inactivity_timeout=2):
        if delivery is None:
            break
        try:
            handle(properties, body)
        except Exception:
            deaths = (properties.headers or {}).get("x-death", [])
            failed = sum(int(death["count"]) for death in deaths)
            target = rungs[failed] if failed < 2 else f"{queue}.parked"
            channel.basic_publish("", target, body, properties)
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
