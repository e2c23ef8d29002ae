# expect: not marked as sent
import pika

from labs.orders.domain.envelope import to_message


def relay_once(channel, outbox):
    channel.confirm_delivery()
    claim = outbox.claim(100)
    for event in claim.events:
        properties = pika.BasicProperties(message_id=event.id, delivery_mode=2)
        channel.basic_publish("orders", event.name, to_message(event).body, properties)
        outbox.mark_sent(claim.token, [event.id])
