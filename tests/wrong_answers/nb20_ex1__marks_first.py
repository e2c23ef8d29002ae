# expect: killed after call
import pika

from labs.orders.domain.envelope import to_message


def relay_once(channel, outbox):
    channel.confirm_delivery()
    claim = outbox.claim(100)
    for event in claim.events:
        if event.name != "order.created":
            continue
        outbox.mark_sent(claim.token, [event.id])
        properties = pika.BasicProperties(message_id=event.id, delivery_mode=2)
        channel.basic_publish("orders", event.name, to_message(event).body, properties, mandatory=True)
