import json
from collections import Counter


def who_was_it(channel, db):
    """The part that failed and the order, such as ("relay", 43); None when nobody did."""

    def inside(queue):
        found = []
        while (taken := channel.basic_get(queue))[0] is not None:
            found.append(taken)
        for delivery, _properties, _body in found:
            channel.basic_nack(delivery.delivery_tag, requeue=True)  # looking changes nothing
        return {properties.message_id for _delivery, properties, _body in found}

    published, waiting = inside("tap"), inside("order_notifications")
    told = Counter(json.loads(payload)["orderId"] for (payload,) in db.execute("SELECT payload FROM feed"))
    for (order,) in db.execute("SELECT id FROM orders ORDER BY id").fetchall():
        rows = db.execute("SELECT event_id, sent_at FROM outbox WHERE order_id = ?", [order]).fetchall()
        if len(rows) != 1:
            return "intake", order  # the promise belongs into the order's own transaction, once
        ((event, sent_at),) = rows
        if sent_at is not None and event not in published:
            return "relay", order
        if told[order] > 1 or (told[order] == 0 and event in published and event not in waiting):
            return "reader", order
    return None
