# expect: the event is an order.created about order 42
def place_order(db, order):
    """Store the order and its event: both, or neither."""
    event = [f"order-{order['id']}", "order.created", str(order)]
    with db:
        db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
        db.execute("INSERT INTO outbox (event_id, key, body) VALUES (?, ?, ?)", event)
