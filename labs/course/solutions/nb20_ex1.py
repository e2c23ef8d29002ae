import pika

from labs.orders.domain.envelope import to_message


def relay_once(channel, outbox):
    """Carry what the outbox holds to the exchange orders; may be killed after any call."""
    channel.confirm_delivery()
    claim = outbox.claim(100)
    for event in claim.events:
        properties = pika.BasicProperties(message_id=event.id, delivery_mode=2)
        try:
            channel.basic_publish("orders", event.name, to_message(event).body, properties, mandatory=True)
        except pika.exceptions.UnroutableError:
            continue  # somebody may bind a queue for it; the lease runs out, and it is tried again
        outbox.mark_sent(claim.token, [event.id])  # after the confirm: a cut before this line leaves a copy
