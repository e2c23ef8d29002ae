# expect: scene 6: the reader, order 44
import json


def who_was_it(channel, db):
    tap = set()
    while (taken := channel.basic_get("tap"))[0] is not None:
        tap.add(taken[1].message_id)
    queue = set()
    while (taken := channel.basic_get("order_notifications"))[0] is not None:
        queue.add(taken[1].message_id)
    inbox = {row[0] for row in db.execute("SELECT message_id FROM inbox")}
    for (order,) in db.execute("SELECT id FROM orders ORDER BY id").fetchall():
        rows = db.execute("SELECT event_id, sent_at FROM outbox WHERE order_id = ?", [order]).fetchall()
        if len(rows) != 1:
            return "intake", order
        event, sent_at = rows[0]
        if sent_at is not None and event not in tap:
            return "relay", order
        if event in tap and event not in queue and event not in inbox:
            return "reader", order
    return None
