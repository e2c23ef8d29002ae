# expect: the other three are
import pika

from labs.orders.domain.envelope import to_message


def relay_once(channel, outbox):
    channel.confirm_delivery()
    for event in outbox.claim(100).events:
        properties = pika.BasicProperties(message_id=event.id, delivery_mode=2)
        try:
            channel.basic_publish("orders", event.name, to_message(event).body, properties, mandatory=True)
        except pika.exceptions.UnroutableError:
            continue
