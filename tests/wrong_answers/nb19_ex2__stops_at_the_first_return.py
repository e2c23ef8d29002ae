# expect: must not stop the rows after it
import pika.exceptions
import pika


def carry_rows(channel, rows):
    channel.confirm_delivery()
    sent = []
    try:
        for row in rows:
            properties = pika.BasicProperties(message_id=row["id"], delivery_mode=2)
            channel.basic_publish("orders", row["key"], row["body"], properties, mandatory=True)
            sent.append(row["id"])
    except pika.exceptions.UnroutableError:
        pass
    return sent
