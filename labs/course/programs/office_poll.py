"""The office that asks: every so often it looks into the order service's database for what it has not seen.

Its memory is a file, written after each round: killed in the middle of one, it sees some orders twice.
"""

import sqlite3
import sys
import time
from pathlib import Path

QUESTION = "SELECT number FROM orders WHERE number > ? ORDER BY number"


def main() -> None:
    """Words: milliseconds of work for each order, the folder of the database, seconds between two questions."""
    busy_ms, folder, every_s = sys.argv[1:]
    memory = Path(folder, f"seen by {every_s}.txt")
    seen = int(memory.read_text()) if memory.exists() else 0
    database = sqlite3.connect(Path(folder, "orders.sqlite"))
    database.set_trace_callback(lambda _query: print("asked", flush=True))  # SQLite itself counts
    print("ready", flush=True)
    while True:
        for (number,) in database.execute(QUESTION, [seen]).fetchall():
            time.sleep(float(busy_ms) / 1000)
            print("heard", number, time.monotonic(), flush=True)
            seen = number
        new = memory.with_suffix(".new")
        new.write_text(str(seen))
        new.replace(memory)  # at once: killed in the middle of writing, it would forget everything
        time.sleep(float(every_s))


if __name__ == "__main__":
    main()
