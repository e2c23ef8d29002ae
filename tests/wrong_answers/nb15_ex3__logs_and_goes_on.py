# expect: with its event in the outbox
import json

import pika


def keep_shop(db, orders, connect):
    """Take every order, whatever the broker does; return when it has every event."""
    for order in orders:
        body = json.dumps({"orderId": order["id"], "customerName": order["customer"]})
        with db:
            db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
        try:
            channel = connect()
            channel.confirm_delivery()
            properties = pika.BasicProperties(message_id=f"order-{order['id']}", delivery_mode=2)
            channel.basic_publish("orders", "order.created", body, properties, mandatory=True)
        except pika.exceptions.AMQPError:
            pass  # the order is saved, and that is what counts
