"""The office that holds a line open: it connects to the order service once, and listens."""

import json
import sys
import time

from websockets.sync.client import connect


def main() -> None:
    """Words: milliseconds of work for each order, a folder (not used), the address of the line."""
    busy_ms, _folder, url = sys.argv[1:]
    with connect(url) as line:
        line.recv()  # the greeting: from now on we are told
        print("ready", flush=True)
        for text in line:
            order = json.loads(text)
            time.sleep(float(busy_ms) / 1000)
            print("heard", order["orderId"], time.monotonic(), flush=True)


if __name__ == "__main__":
    main()
