# expect: each of them persistent
import pika

from labs.orders.domain.envelope import to_message


def relay_once(channel, outbox):
    channel.confirm_delivery()
    claim = outbox.claim(100)
    for event in claim.events:
        try:
            properties = pika.BasicProperties(message_id=event.id)
            channel.basic_publish("orders", event.name, to_message(event).body, properties, mandatory=True)
        except pika.exceptions.UnroutableError:
            continue
        outbox.mark_sent(claim.token, [event.id])
