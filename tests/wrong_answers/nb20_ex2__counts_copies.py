# expect: scene 5: nobody
import json
from collections import Counter


def who_was_it(channel, db):
    copies = Counter()
    while (taken := channel.basic_get("tap"))[0] is not None:
        copies[json.loads(taken[2])["data"]["orderId"]] += 1
    told = Counter(json.loads(payload)["orderId"] for (payload,) in db.execute("SELECT payload FROM feed"))
    for (order,) in db.execute("SELECT id FROM orders ORDER BY id").fetchall():
        rows = db.execute("SELECT sent_at FROM outbox WHERE order_id = ?", [order]).fetchall()
        if len(rows) != 1:
            return "intake", order
        if copies[order] != 1:
            return "relay", order
        if told[order] != 1:
            return "reader", order
    return None
