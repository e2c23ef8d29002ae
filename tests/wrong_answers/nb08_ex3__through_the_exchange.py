# expect: Through the exchange shop
from pika.exceptions import UnroutableError


def redrive_parked(channel, cause):
    """Send what is parked for this cause back to the queue it came from; return how many went."""
    channel.confirm_delivery()
    moved, staying = 0, []
    while True:
        delivery, properties, body = channel.basic_get("parked")
        if delivery is None:
            break
        staying.append(delivery.delivery_tag)  # in hand until the end, or basic_get would give it again
        headers = properties.headers
        if headers["cause"] != cause:
            continue
        properties.headers = {name: headers[name] for name in headers if name not in ("failed", "cause")}
        try:
            channel.basic_publish("shop", properties.type, body, properties, mandatory=True)
        except UnroutableError:
            continue  # nobody wants it: better parked than gone
        channel.basic_ack(staying.pop())  # it arrived, says the confirm
        moved += 1
    for tag in reversed(staying):
        channel.basic_reject(tag, requeue=True)
    return moved
