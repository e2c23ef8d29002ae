"""The aio-pika lane: the same nouns as `labs.sync`, with `await`.

One event loop: everything here belongs to the loop that made it, and to no thread. The loop answers the
broker's heartbeats, so nothing may hold it up: a handler that blocks is run in a thread.
https://docs.aio-pika.com
"""

from __future__ import annotations

import logging

# A library is quiet unless its program asks. Without this, their log lines would land on stderr, and every
# failure that they tell of is raised as an error of ours anyway.
for library in ("aio_pika", "aiormq"):
    logging.getLogger(library).addHandler(logging.NullHandler())
