"""A shop that takes orders in the steps it is told, and dies (`kill -9`) after one step of the last order.

`save` is the order's row, `note` the row in the outbox, `publish` the event with its confirm. Between `begin` and
`commit` the rows are *one* transaction; without `begin` each of them is committed at once.
https://www.sqlite.org/lang_transaction.html
"""

import os
import signal
import sqlite3
import sys

import pika


def main() -> None:
    """Words: address, queue, database, the orders' first and last number, the step to die of, and the steps."""
    url, queue, database, first, last, deadly, *steps = sys.argv[1:]
    db = sqlite3.connect(database, isolation_level=None)  # None: it is we who say BEGIN
    channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
    channel.confirm_delivery()
    for order in range(int(first), int(last) + 1):
        for step in steps:
            if step == "save":
                db.execute("INSERT INTO orders VALUES (?, 'Ahmed')", [order])
            elif step == "note":
                db.execute("INSERT INTO outbox (event_id, body) VALUES (?, '{}')", [f"event-{order}"])
            elif step == "publish":
                channel.basic_publish("", queue, b"{}", pika.BasicProperties(message_id=f"event-{order}"))
            else:
                db.execute(step.upper())
            if order == int(last) and step == deadly:
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
