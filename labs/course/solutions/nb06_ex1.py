import pika
import pika.exceptions


def ledger(channel, orders):
    """Publish the orders to `shop`; return {message_id: "stored", "refused" or "returned"}."""
    channel.confirm_delivery()  # now each publish waits for the broker's answer, and raises if it is a bad one
    words = {}
    for message_id, key in orders:
        properties = pika.BasicProperties(message_id=message_id, delivery_mode=2)
        try:
            channel.basic_publish("shop", key, message_id, properties, mandatory=True)
            words[message_id] = "stored"
        except pika.exceptions.UnroutableError:  # it came back: no queue wanted it
            words[message_id] = "returned"
        except pika.exceptions.NackError:  # a queue wanted it, and had no room
            words[message_id] = "refused"
    return words
