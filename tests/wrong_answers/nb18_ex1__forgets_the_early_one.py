# expect: write the row down as released
import json


def keep_stock(channel, db):
    for delivery, _properties, body in channel.consume("stock.events", inactivity_timeout=0.5):
        if delivery is None:
            break
        event = json.loads(body)
        order, product, quantity = event["orderId"], event["product"], event["quantity"]
        with db:
            if event["type"] == "order.created":
                if db.execute(
                    "INSERT INTO reservations VALUES (?, ?, ?, 'reserved') ON CONFLICT DO NOTHING",
                    [order, product, quantity],
                ).rowcount:
                    db.execute(
                        "UPDATE stock SET reserved = reserved + ? WHERE product = ?", [quantity, product]
                    )
            elif db.execute(
                "UPDATE reservations SET state = 'released' WHERE order_id = ? AND state = 'reserved'",
                [order],
            ).rowcount:
                db.execute("UPDATE stock SET reserved = reserved + ? WHERE product = ?", [-quantity, product])
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
