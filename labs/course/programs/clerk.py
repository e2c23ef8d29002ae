"""A consumer that takes its steps in the order it is told, and dies after the first step of one event.

`ack` answers the broker and `mail` writes to the world outside. Everything else is *one* transaction of the
database: `effect`, or `inbox`, or both of them together, `inbox+effect`. An inbox row says "this event has had
its effect"; who finds it there does nothing more. https://www.sqlite.org/lang_transaction.html
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path

import pika


def main() -> None:
    """Words: address, queue, database, the letters' file, the event to die of, and the steps."""
    url, queue, database, letters, doomed, *steps = sys.argv[1:]
    db = sqlite3.connect(database, isolation_level=None)  # None: it is we who say BEGIN
    channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
    channel.basic_qos(prefetch_count=1)
    for delivery, properties, _body in channel.consume(queue, inactivity_timeout=0.2):
        if delivery is None:
            break
        event, new = str(properties.message_id), True
        print(event, flush=True)
        for step in steps:
            if step == "ack":
                channel.basic_ack(delivery.delivery_tag)
            elif "mail" in step:
                if new:
                    post(Path(letters), event, with_key="key" in step)
            else:
                new = transaction(db, step, event, new=new)
            if event == doomed:
                channel.queue_declare(queue, passive=True)  # answered: the broker has heard us
                os.kill(os.getpid(), signal.SIGKILL)


def transaction(db: sqlite3.Connection, step: str, event: str, *, new: bool) -> bool:
    """Write what `step` names, all or nothing; False when the inbox knows the event."""
    with db:  # ends in COMMIT, or in ROLLBACK when something raises
        db.execute("BEGIN IMMEDIATE")
        if "inbox" in step:
            row = db.execute("INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING", [event])
            new = row.rowcount > 0
        if "effect" in step and new:
            db.execute("INSERT INTO effects VALUES (?)", [event])
    return new


def post(letters: Path, event: str, *, with_key: bool) -> None:
    """The post office. A letter with a key that it has seen is not carried again."""
    carried = letters.read_text().split()
    if not (with_key and event in carried):
        letters.write_text(" ".join([*carried, event]))


if __name__ == "__main__":
    main()
