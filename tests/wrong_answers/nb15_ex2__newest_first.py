# expect: second 0, relay 1
def claim_rows(db, relay, now, lease_s, limit):
    """Take the oldest free rows for `lease_s` seconds; return their event ids, oldest first."""
    take = """
    UPDATE outbox SET claimed_by = :token, claimed_until = :until WHERE seq IN (
        SELECT seq FROM outbox
        WHERE sent_at IS NULL AND (claimed_until IS NULL OR claimed_until <= :now)
        ORDER BY seq DESC LIMIT :limit
    )
    """
    token = f"{relay} at {now}"
    with db:
        db.execute(take, {"token": token, "until": now + lease_s, "now": now, "limit": limit})
    mine = db.execute("SELECT event_id FROM outbox WHERE claimed_by = ? ORDER BY seq", [token])
    return [event_id for (event_id,) in mine]
