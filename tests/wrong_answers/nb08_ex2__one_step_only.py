# expect: 200 ms after its failure
def serve(channel, handle):
    """Handle what is in `order_notifications`; what fails comes again after 200 ms, after 1.5 s, then is parked."""
    queue = "order_notifications"
    rungs = [f"{queue}.retry.{ms}ms" for ms in (1500, 1400)]
    back = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue}
    for ms, rung in zip((1500, 1400), rungs, strict=True):  # one queue for each delay: only the head expires
        channel.queue_declare(rung, durable=True, arguments=back | {"x-message-ttl": ms})
    rungs.append(f"{queue}.parked")
    channel.queue_declare(rungs[-1], durable=True)
    channel.confirm_delivery()
    channel.basic_qos(prefetch_count=10)
    for delivery, properties, body in channel.consume(queue, inactivity_timeout=2):
        if delivery is None:
            break
        try:
            handle(properties, body)
        except Exception:  # noqa: BLE001 - whatever went wrong, a later attempt may succeed
            headers = properties.headers or {}
            failed = headers.get("failed", 0)  # a header of our own: x-death is the broker's
            theirs = {name: value for name, value in headers.items() if not name.startswith("x-")}
            properties.headers = theirs | {"failed": failed + 1}
            channel.basic_publish("", rungs[min(failed, 2)], body, properties, mandatory=True)
        channel.basic_ack(delivery.delivery_tag)  # only now: a crash before it leaves a duplicate, not a hole
    channel.cancel()
