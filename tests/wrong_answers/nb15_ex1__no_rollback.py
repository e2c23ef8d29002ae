# expect: orders: 42, 43, 45
import json


def place_order(db, order):
    """Store the order and its event: both, or neither."""
    body = json.dumps({"orderId": order["id"], "customerName": order["customer"]})
    event = [f"order-{order['id']}", "order.created", body]
    db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
    db.execute("INSERT INTO outbox (event_id, key, body) VALUES (?, ?, ?)", event)
    db.commit()
