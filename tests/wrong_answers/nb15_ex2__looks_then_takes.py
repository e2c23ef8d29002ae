# expect: both at the same moment
FREE = """
SELECT event_id FROM outbox
WHERE sent_at IS NULL AND (claimed_until IS NULL OR claimed_until <= ?) ORDER BY seq LIMIT ?
"""


def claim_rows(db, relay, now, lease_s, limit):
    """Take the oldest free rows for `lease_s` seconds; return their event ids, oldest first."""
    ids = [row[0] for row in db.execute(FREE, [now, limit])]
    take = "UPDATE outbox SET claimed_by = ?, claimed_until = ? WHERE event_id = ?"
    with db:
        for event_id in ids:
            db.execute(take, [relay, now + lease_s, event_id])
    return ids
