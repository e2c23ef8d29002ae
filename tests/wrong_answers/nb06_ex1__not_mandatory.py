# expect: An ack alone proves nothing about routing
import pika
import pika.exceptions


def ledger(channel, orders):
    channel.confirm_delivery()
    words = {}
    for message_id, key in orders:
        try:
            channel.basic_publish("shop", key, message_id, pika.BasicProperties(message_id=message_id))
            words[message_id] = "stored"
        except pika.exceptions.UnroutableError:
            words[message_id] = "returned"
        except pika.exceptions.NackError:
            words[message_id] = "refused"
    return words
