# expect: scene 7: nobody
import json
from collections import Counter


def who_was_it(channel, db):
    tap = set()
    while (taken := channel.basic_get("tap"))[0] is not None:
        tap.add(taken[1].message_id)
    told = Counter(json.loads(payload)["orderId"] for (payload,) in db.execute("SELECT payload FROM feed"))
    for (order,) in db.execute("SELECT id FROM orders ORDER BY id").fetchall():
        rows = db.execute("SELECT event_id FROM outbox WHERE order_id = ?", [order]).fetchall()
        if len(rows) != 1:
            return "intake", order
        if rows[0][0] not in tap:
            return "relay", order
        if told[order] != 1:
            return "reader", order
    return None
