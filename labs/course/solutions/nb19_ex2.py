import pika
import pika.exceptions


def carry_rows(channel, rows):
    """Publish the rows to the exchange orders; return the ids that may be marked as sent."""
    channel.confirm_delivery()
    sent = []
    for row in rows:
        properties = pika.BasicProperties(
            message_id=row["id"], delivery_mode=2, content_type="application/json"
        )
        try:
            channel.basic_publish("orders", row["key"], row["body"], properties, mandatory=True)
        except pika.exceptions.UnroutableError:
            continue  # nobody is bound for it today: it stays in the outbox
        sent.append(row["id"])  # only now: the broker has it
    return sent
