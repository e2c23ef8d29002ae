# expect: wilaya, status, version go together
import json


def project(channel, db):
    for delivery, _properties, body in channel.consume("wilaya.events", inactivity_timeout=0.5):
        if delivery is None:
            break
        event = json.loads(body)
        values = [event["orderId"], event["version"], event["wilaya"], event["status"]]
        with db:
            db.execute(
                "INSERT INTO order_view VALUES (?, ?, ?, ?) ON CONFLICT (order_id) DO UPDATE SET "
                "wilaya = excluded.wilaya, status = excluded.status WHERE excluded.version > order_view.version",
                values,
            )
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
