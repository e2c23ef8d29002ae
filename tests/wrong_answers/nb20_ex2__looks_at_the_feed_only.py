# expect: you say ('relay', 43)
import json


def who_was_it(channel, db):
    told = [json.loads(payload)["orderId"] for (payload,) in db.execute("SELECT payload FROM feed")]
    for (order,) in db.execute("SELECT id FROM orders ORDER BY id").fetchall():
        if order not in told:
            return "relay", order
    return None
