# expect: Ask the inbox
def store_once(channel, db):
    for delivery, properties, body in channel.consume("events", inactivity_timeout=0.5):
        if delivery is None:
            break
        with db:
            db.execute("INSERT INTO notifications VALUES (?, ?)", [properties.message_id, body.decode()])
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
