# expect: in no queue
import pika

from labs.orders.domain.envelope import to_message


def relay_once(channel, outbox):
    channel.confirm_delivery()
    claim = outbox.claim(100)
    outbox.mark_sent(claim.token, [event.id for event in claim.events if event.name == "order.created"])
    for event in claim.events:
        properties = pika.BasicProperties(message_id=event.id, delivery_mode=2)
        try:
            channel.basic_publish("orders", event.name, to_message(event).body, properties, mandatory=True)
        except pika.exceptions.UnroutableError:
            continue
