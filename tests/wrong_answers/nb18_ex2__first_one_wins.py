# expect: A late event must not overwrite
import json


def project(channel, db):
    for delivery, _properties, body in channel.consume("wilaya.events", inactivity_timeout=0.5):
        if delivery is None:
            break
        event = json.loads(body)
        values = [event["orderId"], event["version"], event["wilaya"], event["status"]]
        with db:
            db.execute("INSERT OR IGNORE INTO order_view VALUES (?, ?, ?, ?)", values)
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
