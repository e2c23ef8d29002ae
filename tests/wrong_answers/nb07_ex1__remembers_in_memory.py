# expect: A memory of your program ends with it
def store_once(channel, db):
    seen = set()
    for delivery, properties, body in channel.consume("events", inactivity_timeout=0.5):
        if delivery is None:
            break
        if properties.message_id not in seen:
            with db:
                db.execute("INSERT INTO notifications VALUES (?, ?)", [properties.message_id, body.decode()])
            seen.add(properties.message_id)
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
