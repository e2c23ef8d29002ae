# expect: Acknowledge every delivery after its commit
def store_once(channel, db):
    for delivery, properties, body in channel.consume("events", inactivity_timeout=0.5):
        if delivery is None:
            break
        with db:
            inbox = "INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING"
            new = db.execute(inbox, [properties.message_id]).rowcount
            if new:
                db.execute("INSERT INTO notifications VALUES (?, ?)", [properties.message_id, body.decode()])
        if new:
            channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
