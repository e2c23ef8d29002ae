# expect: each body is the event
import json

import pika


def relay_once(channel, outbox):
    channel.confirm_delivery()
    claim = outbox.claim(100)
    for event in claim.events:
        properties = pika.BasicProperties(message_id=event.id, delivery_mode=2)
        try:
            channel.basic_publish(
                "orders", event.name, json.dumps(dict(event.payload)), properties, mandatory=True
            )
        except pika.exceptions.UnroutableError:
            continue
        outbox.mark_sent(claim.token, [event.id])
