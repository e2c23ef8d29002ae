"""The pika lane: talking to a broker with calls that wait until they are answered.

One thread, one connection: nothing here may be touched from a second thread.
https://pika.readthedocs.io
"""

from __future__ import annotations

import logging

# A library is quiet unless its program asks. Without this, pika's log lines would land on stderr, and every
# failure that they tell of is raised as an error of ours anyway.
logging.getLogger("pika").addHandler(logging.NullHandler())
