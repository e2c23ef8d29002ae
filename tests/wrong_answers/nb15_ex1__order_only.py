# expect: others can see order 42 and one event
def place_order(db, order):
    """Store the order and its event: both, or neither."""
    with db:
        db.execute("INSERT INTO orders VALUES (?, ?)", [order["id"], order["customer"]])
