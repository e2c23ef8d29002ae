"""What a private node writes down about itself, so that every kernel and every terminal finds it again.

It is a hint, not the truth: the file survives a power cut, the node does not.
The rule: believe it only after the process and the broker have confirmed it.
It holds the broker's password and is therefore readable by its owner only.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from labs.broker.address import Broker
from labs.broker.ports import LOOPBACK, Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One start of a node: its name, process, ports and user, and which RabbitMQ it was."""

    node: str
    user: str
    password: str = field(repr=False)
    ports: Ports = field(default_factory=Ports)
    pid: int = 0
    version: str = ""
    #: False from the spawn to the first answer: an alive node that is not ready has been interrupted there.
    ready: bool = False

    @property
    def broker(self) -> Broker:
        """The node's address."""
        return Broker(
            amqp_url=f"amqp://{LOOPBACK}:{self.ports.amqp}",
            management_url=f"http://{LOOPBACK}:{self.ports.management}",
            user=self.user,
            password=self.password,
            source="private",
            node=self.node,
        )

    def save(self, path: Path) -> None:
        """Write the file in one step, mode 0600: a reader sees the old state or the new one, never half."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> State | None:
        """The state on disk, or None when there is none or it is damaged."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return cls(**(raw | {"pid": int(raw["pid"]), "ports": Ports(**raw["ports"])}))
        except (OSError, ValueError, TypeError, KeyError):
            return None
