"""What the program is told when it begins: which broker, which vhost, and what to call the picture.

It comes as the first line of standard input and never as an argument: everybody can read those (`ps`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Self

from labs.broker.address import Broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The first line."""

    broker: Broker
    vhost: str
    name: str

    @classmethod
    def read(cls, line: str) -> Self:
        """Read the line. `ValueError` or `KeyError` when it is none."""
        told = json.loads(line)
        broker = Broker.from_urls(told["amqp"], told["management"])
        broker = replace(broker, user=told["user"], password=told["password"])
        return cls(broker=broker, vhost=told["vhost"], name=told.get("name") or told["vhost"])

    def as_line(self) -> str:
        """The same, to be sent."""
        broker = self.broker
        said = {
            "amqp": broker.url(self.vhost),
            "management": broker.management_url,
            "user": broker.user,
            "password": broker.password,
            "vhost": self.vhost,
            "name": self.name,
        }
        return json.dumps(said)
