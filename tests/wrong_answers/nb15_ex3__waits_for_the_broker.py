# expect: stored while the broker was away
import json
import time

import pika


def keep_shop(db, orders, connect):
    """Take every order, whatever the broker does; return when it has every event."""
    for order in orders:
        body = json.dumps({"orderId": order["id"], "customerName": order["customer"]})
        properties = pika.BasicProperties(message_id=f"order-{order['id']}", delivery_mode=2)
        while True:
            try:
                channel = connect()
                channel.confirm_delivery()
                channel.basic_publish("orders", "order.created", body, properties, mandatory=True)
                break
            except pika.exceptions.AMQPError:
                time.sleep(0.2)
        with db:
            db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
            row = [f"order-{order['id']}", body, time.time()]
            db.execute("INSERT INTO outbox (event_id, body, sent_at) VALUES (?, ?, ?)", row)
