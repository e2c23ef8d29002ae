# expect: Inbox and notification belong in one transaction, the ack after its commit
def store_once(channel, db):
    for delivery, properties, body in channel.consume("events", inactivity_timeout=0.5, auto_ack=True):
        if delivery is None:
            break
        with db:
            inbox = "INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING"
            if db.execute(inbox, [properties.message_id]).rowcount:
                db.execute("INSERT INTO notifications VALUES (?, ?)", [properties.message_id, body.decode()])
    channel.cancel()
