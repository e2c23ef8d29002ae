# expect: Return a dict: every message_id of the batch
import pika
import pika.exceptions


def ledger(channel, orders):
    channel.confirm_delivery()
    bad = []
    for message_id, key in orders:
        properties = pika.BasicProperties(message_id=message_id)
        try:
            channel.basic_publish("shop", key, message_id, properties, mandatory=True)
        except (pika.exceptions.UnroutableError, pika.exceptions.NackError):
            bad.append(message_id)
    return bad
