# expect: Do not mark it
import pika


def carry_rows(channel, rows):
    channel.confirm_delivery()
    for row in rows:
        properties = pika.BasicProperties(message_id=row["id"], delivery_mode=2)
        channel.basic_publish("orders", row["key"], row["body"], properties)
    return [row["id"] for row in rows]
