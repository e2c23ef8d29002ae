# expect: not the text
def store_once(channel, db):
    for delivery, properties, body in channel.consume("events", inactivity_timeout=0.5):
        if delivery is None:
            break
        text = body.decode()
        with db:
            if db.execute("SELECT count(*) FROM notifications WHERE text = ?", [text]).fetchone()[0] == 0:
                db.execute("INSERT INTO notifications VALUES (?, ?)", [properties.message_id, text])
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
