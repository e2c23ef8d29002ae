# expect: What basic_publish does not raise for is stored
import pika
import pika.exceptions


def ledger(channel, orders):
    words = {"paid": "stored", "gift": "refused", "fax": "returned"}
    for message_id, key in orders:
        channel.basic_publish("shop", key, message_id, pika.BasicProperties(message_id=message_id))
    return {message_id: words[key] for message_id, key in orders}
