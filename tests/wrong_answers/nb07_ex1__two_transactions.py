# expect: Inbox and notification belong in one transaction
def store_once(channel, db):
    for delivery, properties, body in channel.consume("events", inactivity_timeout=0.5):
        if delivery is None:
            break
        with db:
            new = db.execute(
                "INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING", [properties.message_id]
            ).rowcount
        if new:
            with db:
                db.execute("INSERT INTO notifications VALUES (?, ?)", [properties.message_id, body.decode()])
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
