# expect: With mandatory=True, pika raises UnroutableError
import pika
import pika.exceptions


def ledger(channel, orders):
    channel.confirm_delivery()
    words = {}
    for message_id, key in orders:
        properties = pika.BasicProperties(message_id=message_id)
        try:
            channel.basic_publish("shop", key, message_id, properties, mandatory=True)
            words[message_id] = "stored"
        except pika.exceptions.AMQPError:
            words[message_id] = "refused"
    return words
