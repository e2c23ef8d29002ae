def store_once(channel, db):
    """Store each event of `events` once in `notifications`; return when none came for half a second."""
    channel.basic_qos(prefetch_count=10)
    for delivery, properties, body in channel.consume("events", inactivity_timeout=0.5):
        if delivery is None:
            break
        with db:  # the two inserts become true together, or not at all
            inbox = "INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING"
            if db.execute(inbox, [properties.message_id]).rowcount:
                db.execute("INSERT INTO notifications VALUES (?, ?)", [properties.message_id, body.decode()])
        channel.basic_ack(delivery.delivery_tag)  # after the commit, and for a duplicate as well
    channel.cancel()
