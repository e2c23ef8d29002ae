"""A guardian: it ends a private node when the program that the node belongs to ends, however that ends.

A program that is killed with -9 cleans up nothing, and a spare broker would run on for ever, frozen perhaps. So
another process waits at the other end of a pipe; the system closes the pipe, whatever happens to us.
The rule: while it waits it is a shell, which needs a megabyte; only at the end it becomes Python.
https://man7.org/linux/man-pages/man7/pipe.7.html
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from labs.broker.node import PrivateNode
from labs.errors import LabsError

#: Wait for the end of standard input, then become the rest of the command.
WAIT = 'while read -r _; do :; done; exec "$@"'
#: In the node's folder: whose node it is now.
OWNER = "owner"


class Guardian:
    """Guards `node` from now on; a later guardian of the same node takes its place, in whatever program."""

    def __init__(self, node: PrivateNode) -> None:
        token = secrets.token_hex(8)
        node.home.mkdir(parents=True, exist_ok=True)
        (node.home / OWNER).write_text(token, encoding="ascii")
        name = node.node.rpartition("-")[0]
        end = [sys.executable, "-m", "labs.broker.guardian", str(node.home), name, token]
        self._process = subprocess.Popen(
            ["sh", "-c", WAIT, "labs-guardian", *end],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # ■ is not for it
        )

    def close(self) -> None:
        """The node has been taken care of. Safe to call twice."""
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()


def main(home: str, name: str, token: str) -> None:
    """End the node of the folder `home`, unless somebody else has taken it over."""
    owner = Path(home) / OWNER
    if owner.is_file() and owner.read_text(encoding="ascii") == token:
        node = PrivateNode(Path(home), name=name)
        node.kill()
        with suppress(LabsError):
            node.stop()  # its name server


if __name__ == "__main__":
    main(*sys.argv[1:])
