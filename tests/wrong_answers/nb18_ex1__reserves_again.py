# expect: never overwrite it
import json


def keep_stock(channel, db):
    for delivery, _properties, body in channel.consume("stock.events", inactivity_timeout=0.5):
        if delivery is None:
            break
        event = json.loads(body)
        order, product, quantity = event["orderId"], event["product"], event["quantity"]
        with db:
            if event["type"] == "order.created":
                db.execute(
                    "INSERT OR REPLACE INTO reservations VALUES (?, ?, ?, 'reserved')",
                    [order, product, quantity],
                )
                db.execute("UPDATE stock SET reserved = reserved + ? WHERE product = ?", [quantity, product])
            elif not db.execute(
                "INSERT INTO reservations VALUES (?, ?, ?, 'released') ON CONFLICT DO NOTHING",
                [order, product, quantity],
            ).rowcount:
                if db.execute(
                    "UPDATE reservations SET state = 'released' WHERE order_id = ? AND state = 'reserved'",
                    [order],
                ).rowcount:
                    db.execute(
                        "UPDATE stock SET reserved = reserved + ? WHERE product = ?", [-quantity, product]
                    )
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
