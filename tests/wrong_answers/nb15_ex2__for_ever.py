# expect: second 15.5, relay 2
def claim_rows(db, relay, now, lease_s, limit):
    """Take the oldest free rows for `lease_s` seconds; return their event ids, oldest first."""
    take = """
    UPDATE outbox SET claimed_by = ? WHERE seq IN (
        SELECT seq FROM outbox WHERE sent_at IS NULL AND claimed_by IS NULL ORDER BY seq LIMIT ?
    )
    """
    token = f"{relay} at {now}"
    with db:
        db.execute(take, [token, limit])
    mine = db.execute("SELECT event_id FROM outbox WHERE claimed_by = ? ORDER BY seq", [token])
    return [event_id for (event_id,) in mine]
