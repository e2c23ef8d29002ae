# expect: both belong in one transaction
import json


def keep_stock(channel, db):
    for delivery, _properties, body in channel.consume("stock.events", inactivity_timeout=0.5):
        if delivery is None:
            break
        event = json.loads(body)
        order, product, quantity = event["orderId"], event["product"], event["quantity"]
        change = 0
        with db:
            if event["type"] == "order.created":
                change = (
                    quantity
                    * db.execute(
                        "INSERT INTO reservations VALUES (?, ?, ?, 'reserved') ON CONFLICT DO NOTHING",
                        [order, product, quantity],
                    ).rowcount
                )
            elif not db.execute(
                "INSERT INTO reservations VALUES (?, ?, ?, 'released') ON CONFLICT DO NOTHING",
                [order, product, quantity],
            ).rowcount:
                change = (
                    -quantity
                    * db.execute(
                        "UPDATE reservations SET state = 'released' WHERE order_id = ? AND state = 'reserved'",
                        [order],
                    ).rowcount
                )
        if change:
            with db:
                db.execute("UPDATE stock SET reserved = reserved + ? WHERE product = ?", [change, product])
        channel.basic_ack(delivery.delivery_tag)
    channel.cancel()
