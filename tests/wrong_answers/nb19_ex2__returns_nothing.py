# expect: Collect the ids
import pika


def carry_rows(channel, rows):
    for row in rows:
        channel.basic_publish("orders", row["key"], row["body"], pika.BasicProperties(message_id=row["id"]))
