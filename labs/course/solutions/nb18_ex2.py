import json


def project(channel, db):
    """Keep the newest version of each order in `order_view`; return when none came for half a second."""
    merge = """
        INSERT INTO order_view VALUES (?, ?, ?, ?) ON CONFLICT (order_id) DO UPDATE
        SET version = excluded.version, wilaya = excluded.wilaya, status = excluded.status
        WHERE excluded.version > order_view.version
    """
    channel.basic_qos(prefetch_count=10)
    for delivery, _properties, body in channel.consume("wilaya.events", inactivity_timeout=0.5):
        if delivery is None:
            break
        event = json.loads(body)
        with db:  # no inbox: a merge by version does not mind a repetition
            db.execute(merge, [event["orderId"], event["version"], event["wilaya"], event["status"]])
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
