import json


def place_order(db, order):
    """Store the order and its event: both, or neither."""
    body = json.dumps({"orderId": order["id"], "customerName": order["customer"]})
    with db:  # COMMIT at its end; ROLLBACK when something raises, and the error goes on to the caller
        db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
        event = [f"order-{order['id']}-created", "order.created", body]
        db.execute("INSERT INTO outbox (event_id, key, body) VALUES (?, ?, ?)", event)
