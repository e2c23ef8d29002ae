"""The office as a web server: for each new order somebody calls it, and waits for its answer."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Desk(BaseHTTPRequestHandler):
    """Answers 204 when the work is done."""

    protocol_version = "HTTP/1.1"  # one connection serves many calls
    busy_s = 0.0

    def do_POST(self) -> None:
        """One new order."""
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(self.busy_s)
        print("heard", order["orderId"], time.monotonic(), flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing but what was heard."""


def main() -> None:
    """Words: milliseconds of work for each order, a folder (not used), the port."""
    busy_ms, _folder, port = sys.argv[1:]
    Desk.busy_s = float(busy_ms) / 1000
    with ThreadingHTTPServer(("127.0.0.1", int(port)), Desk) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
