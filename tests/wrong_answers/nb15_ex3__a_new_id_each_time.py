# expect: have the ids of the events in the outbox
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
    unsent = "SELECT event_id, body FROM outbox WHERE sent_at IS NULL ORDER BY seq"
    while rows := db.execute(unsent).fetchall():
        try:
            channel = connect()
            channel.confirm_delivery()
            for event_id, body in rows:
                properties = pika.BasicProperties(message_id=str(uuid.uuid4()), delivery_mode=2)
                channel.basic_publish("orders", "order.created", body, properties, mandatory=True)
                with db:
                    db.execute("UPDATE outbox SET sent_at = ? WHERE event_id = ?", [time.time(), event_id])
        except pika.exceptions.AMQPError:
            time.sleep(0.2)
