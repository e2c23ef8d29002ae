import json


def keep_stock(channel, db):
    """Put goods aside for `order.created`, give them back for `payment.failed`, each once; return when none came."""
    reserve = "INSERT INTO reservations VALUES (?, ?, ?, 'reserved') ON CONFLICT DO NOTHING"
    refuse = "INSERT INTO reservations VALUES (?, ?, ?, 'released') ON CONFLICT DO NOTHING"
    release = "UPDATE reservations SET state = 'released' WHERE order_id = ? AND state = 'reserved'"
    change = "UPDATE stock SET reserved = reserved + ? WHERE product = ?"
    channel.basic_qos(prefetch_count=10)
    for delivery, _properties, body in channel.consume("stock.events", inactivity_timeout=0.5):
        if delivery is None:
            break
        event = json.loads(body)
        row = [event["orderId"], event["product"], event["quantity"]]
        with db:  # the row and the stock change together, or not at all
            if event["type"] == "order.created":
                if db.execute(reserve, row).rowcount:
                    db.execute(change, [event["quantity"], event["product"]])
            elif db.execute(refuse, row).rowcount:
                pass  # never seen before: when its order.created comes, it will find this row
            elif db.execute(release, [event["orderId"]]).rowcount:  # reserved until now
                db.execute(change, [-event["quantity"], event["product"]])
        channel.basic_ack(delivery.delivery_tag)  # after the commit, also for what changed nothing
    channel.cancel()
