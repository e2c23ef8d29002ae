# expect: must survive the broker
import pika


def carry_rows(channel, rows):
    for row in rows:
        channel.basic_publish("orders", row["key"], row["body"], pika.BasicProperties(message_id=row["id"]))
    return ["e1", "e2", "e4"]
