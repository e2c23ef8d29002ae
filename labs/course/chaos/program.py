"""The program of a child process: some parts of the shop, until a signal, a point, or the end of its parent.

What it is to run comes as one line of JSON on its standard input, for the broker's address has a password in it, and
arguments can be read by everybody. Each further line arms a point. When the input ends, so does the program, at
once: a dead kernel leaves nobody behind.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from labs.broker.address import Broker
from labs.course.chaos.doom import Doom
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.sync.stopping import until_stopped


def main() -> None:
    """Be what the first line says, say `{"ready": …}`, and end in good order on SIGTERM."""
    told = json.loads(sys.stdin.readline())
    finish = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: finish.set())
    doom = Doom()
    doom.lay_out()
    if told["dies"]:
        doom.arm(told["dies"], told["nth"])
    threading.Thread(target=_listen, args=(doom,), name="labs-doom", daemon=True).start()
    shop = OrderSystem(
        Broker(**told["broker"]),
        vhost=told["vhost"],
        home=Path(told["home"]),
        readers=told["readers"],
        only=told["only"],
        port=told["port"],
        admin_password=told["admin_password"],
        settings=OrderSettings(**told["settings"]),
    )
    with shop:
        url = shop.url if "web" in told["only"] else None
        print(json.dumps({"ready": True, "url": url}), flush=True)
        until_stopped(finish)


def _listen(doom: Doom) -> None:
    for line in sys.stdin:
        wish = json.loads(line)
        doom.arm(wish["dies"], wish["nth"])
        print(json.dumps({"armed": wish["dies"]}), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
