"""The word after ``BROKER=``: which RabbitMQ a run shall use.

``4`` and ``3.10`` are Debian's packages of that version, ``debian:SUITE`` those of any suite, ``conda`` the one of
the conda environment, ``docker:4.2`` an image's tag, ``amqp://…`` a running broker, anything else a folder.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from labs.bootstrap.stop import Stop

Kind = Literal["debian", "conda", "docker", "address", "folder"]
#: Which Debian suite has which RabbitMQ. https://tracker.debian.org/pkg/rabbitmq-server
SUITES = {"3.10": "bookworm", "4": "trixie", "4.0": "trixie"}
#: What a person may write, for a sentence.
WORDS = (
    "4, 3.10, debian:SUITE, conda, docker:TAG, amqp://user:password@host:5672, or a folder that holds sbin"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One broker by its kind and value: a suite, a tag, an address, a path, or nothing (conda).

    `word` is what the person wrote.
    """

    word: str
    kind: Kind
    value: str = ""

    @classmethod
    def read(cls, word: str) -> Choice:
        """What ``word`` means. Raises `Stop` with the list of possible words when it means nothing."""
        head, _, tail = word.partition(":")
        if word in SUITES:
            return cls(word=word, kind="debian", value=SUITES[word])
        if word == "conda":
            return cls(word=word, kind="conda")
        if head in {"debian", "docker"} and re.fullmatch(r"[A-Za-z0-9][\w.-]*", tail):
            return cls(word=word, kind="debian" if head == "debian" else "docker", value=tail)
        if head in {"amqp", "amqps"} and tail.startswith("//"):
            return cls(word=word, kind="address", value=word)
        if ("/" in word and not tail) or word.startswith((".", "~")):
            return cls(word=word, kind="folder", value=word)
        raise Stop(f"BROKER={word} names no broker. It can be {WORDS}.")

    @property
    def name(self) -> str:
        """A name for folders: short, the same each time, and no password in it."""
        if self.kind == "debian":
            return self.value
        if self.kind in {"address", "folder"}:
            return f"{self.kind}-{hashlib.sha256(self.value.encode()).hexdigest()[:8]}"
        return f"{self.kind}-{self.value}".rstrip("-")
