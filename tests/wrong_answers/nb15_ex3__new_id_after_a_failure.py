# expect: is in order_notifications
import json
import time
import uuid

import pika


def keep_shop(db, orders, connect):
    """Take every order, whatever the broker does; return when it has every event."""
    for order in orders:
        body = json.dumps({"orderId": order["id"], "customerName": order["customer"]})
        with db:
            db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
            db.execute("INSERT INTO outbox (event_id, body) VALUES (?, ?)", [f"order-{order['id']}", body])
    seq = 1
    while row := db.execute("SELECT event_id, body FROM outbox WHERE seq = ?", [seq]).fetchone():
        try:
            channel = connect()
            channel.confirm_delivery()
            properties = pika.BasicProperties(message_id=row[0], delivery_mode=2)
            channel.basic_publish("orders", "order.created", row[1], properties, mandatory=True)
        except pika.exceptions.AMQPError:
            time.sleep(0.2)
            with db:  # the first attempt failed, so this is a new one
                db.execute("INSERT INTO outbox (event_id, body) VALUES (?, ?)", [str(uuid.uuid4()), row[1]])
                db.execute("UPDATE outbox SET sent_at = 0 WHERE seq = ?", [seq])
            seq += 1
            continue
        with db:
            db.execute("UPDATE outbox SET sent_at = 1 WHERE seq = ?", [seq])
        seq += 1
