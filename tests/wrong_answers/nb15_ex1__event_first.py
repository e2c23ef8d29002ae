# expect: there is no event without it
import json


def place_order(db, order):
    """Store the order and its event: both, or neither."""
    body = json.dumps({"orderId": order["id"], "customerName": order["customer"]})
    event = [f"order-{order['id']}", "order.created", body]
    with db:
        db.execute("INSERT INTO outbox (event_id, key, body) VALUES (?, ?, ?)", event)
    with db:
        db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
