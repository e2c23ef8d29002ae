# expect: ledger failed. The broker refused the message (nack).
import pika


def ledger(channel, orders):
    channel.confirm_delivery()
    paid_first = sorted(orders, key=lambda order: order[1] == "fax")
    words = {}
    for message_id, key in paid_first:
        properties = pika.BasicProperties(message_id=message_id)
        channel.basic_publish("shop", key, message_id, properties, mandatory=True)
        words[message_id] = "stored"
    return words
