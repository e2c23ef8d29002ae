"""The text on a binding, and any text made fit to be drawn.

A headers binding is read as `name='value', x-match='all'`, every other one by its key. Names and keys come
from users: what has no shape on paper (control characters, marks that turn the writing round) is shown by a
sign of its own, so that it can neither break a line nor an XML file.
https://www.rabbitmq.com/docs/exchanges · https://www.w3.org/TR/xml/#charsets
"""

from __future__ import annotations

import re

from labs.routing import Binding

#: Characters that XML forbids or that change how their neighbours are read.
UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)

#: Unicode's pictures of the control characters begin here.
SIGNS = 0x2400


def binding_label(binding: Binding) -> str:
    """What this binding asks for; nothing for one that takes everything."""
    key = [binding.key] if binding.key else []
    return ", ".join(key + [f"{name}={value!r}" for name, value in binding.arguments.items()])


def drawn_pattern(binding: Binding) -> str:
    """The same, short enough to be drawn: `all: region='EU', format='pdf'` for a headers binding."""
    mode = binding.arguments.get("x-match")
    looked_at = {name: value for name, value in binding.arguments.items() if name != "x-match"}
    asked = ", ".join(
        [binding.key] * bool(binding.key) + [f"{name}={value!r}" for name, value in looked_at.items()]
    )
    return f"{mode}: {asked}" if mode else asked


def plain(text: str) -> str:
    """The same text with a visible sign for each character that has no shape."""
    return UNSHOWN.sub(_sign, text)


def short_number(number: int) -> str:
    """At most four letters: `9999`, `12k`, `3M`."""
    for size, unit in ((1_000_000, "M"), (1000, "k")):
        if number >= size * 10 or (number >= size and unit == "M"):
            return f"{number // size}{unit}"
    return str(number)


def natural(name: str) -> list[tuple[int, str]]:
    """A sort key in which numbers count as numbers."""
    parts = re.split(r"([0-9]{1,18})", name)
    return [(int(part), "") if at % 2 else (0, part) for at, part in enumerate(parts)]


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(SIGNS + code) if code < ord(" ") else "�"
