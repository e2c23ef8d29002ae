# expect: scene 2: the intake, order 43
def who_was_it(channel, db):
    rows = (
        db.execute("SELECT count(*) FROM orders").fetchone()[0]
        - db.execute("SELECT count(*) FROM outbox").fetchone()[0]
    )
    return "intake" if rows else None
