# expect: without it nobody can say which order lies there
import pika.exceptions


def ledger(channel, orders):
    channel.confirm_delivery()
    words = {}
    for message_id, key in orders:
        try:
            channel.basic_publish("shop", key, message_id, mandatory=True)
            words[message_id] = "stored"
        except pika.exceptions.UnroutableError:
            words[message_id] = "returned"
        except pika.exceptions.NackError:
            words[message_id] = "refused"
    return words
