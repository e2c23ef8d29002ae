"""Why one binding fits one message, or does not, in words: which word of the pattern took which of the key.

The decisions are `labs.routing`'s (and `labs.alignment`'s, word by word); here they are only told.
https://www.rabbitmq.com/tutorials/tutorial-five-python
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labs.alignment import align
from labs.errors import InvalidValue
from labs.routing import Binding, header_fits, headers_match, headers_wanted


def judge(kind: str, binding: Binding, key: str, headers: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether an exchange of this kind sends the message along this binding, and the reason in words."""
    match kind:
        case "fanout":
            return True, "fanout, so everything fits"
        case "direct":
            fits = binding.key == key
            return fits, "the very key" if fits else f'"{key}" is another key'
        case "topic":
            found = align(binding.key, key)
            return found.fits, found.why
        case "headers":
            return headers_match(binding.arguments, headers), _headers_reason(binding.arguments, headers)
    raise InvalidValue(f"explain() knows direct, fanout, topic and headers exchanges, not {kind!r}.")


def _headers_reason(arguments: Mapping[str, Any], headers: Mapping[str, Any]) -> str:
    wanted, everyone = headers_wanted(arguments)
    pieces = []
    for name, value in wanted.items():
        if name not in headers:
            pieces.append(f"{name} is missing")
        elif not header_fits(value, headers[name]):
            pieces.append(f"{name} is {headers[name]!r}, not {value!r}")
        else:
            pieces.append(f"{name} is there" if value is None else f"{name} is {headers[name]!r}")
    if not pieces:
        return "nothing to look for, so " + ("everything fits" if everyone else "nothing fits")
    return ("all of: " if everyone else "any of: ") + ", ".join(pieces)
