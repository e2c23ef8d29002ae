"""Why one binding fits one message, or does not, in words: which word of the pattern took which of the key.

The decisions are `labs.routing`'s; here they are only told.
https://www.rabbitmq.com/tutorials/tutorial-five-python
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labs.errors import InvalidValue
from labs.routing import (
    Binding,
    header_fits,
    headers_match,
    headers_wanted,
    topic_matches,
    topic_progress,
    words,
)


def judge(kind: str, binding: Binding, key: str, headers: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether an exchange of this kind sends the message along this binding, and the reason in words."""
    match kind:
        case "fanout":
            return True, "fanout, so everything fits"
        case "direct":
            fits = binding.key == key
            return fits, "the very key" if fits else f'"{key}" is another key'
        case "topic":
            fits = topic_matches(binding.key, key)
            return fits, (_topic_fits if fits else _topic_fails)(binding.key, key)
        case "headers":
            return headers_match(binding.arguments, headers), _headers_reason(binding.arguments, headers)
    raise InvalidValue(f"explain() knows direct, fanout, topic and headers exchanges, not {kind!r}.")


def _topic_fits(pattern: str, key: str) -> str:
    """Walk back from the end: `#` took as many words as it could, any other word took one."""
    given, pieces = words(key), []
    end = len(given)
    rows = topic_progress(pattern, key)[:-1]
    for word, before in zip(reversed(words(pattern)), reversed(rows), strict=True):
        start = min(before) if word == "#" else end - 1
        took = f'"{".".join(given[start:end])}"' if start < end else "no word"
        pieces.append(f"{word} took {took}" if word in {"*", "#"} else f"{word} = {word}")
        end = start
    return ", ".join(reversed(pieces)) or "no words on either side"


def _topic_fails(pattern: str, key: str) -> str:
    """Go as far as the pattern can, and say what stopped it there."""
    rows, given = topic_progress(pattern, key), words(key)
    used = max(number for number, row in enumerate(rows) if row)
    furthest = max(rows[used])
    if used == len(words(pattern)):
        return f'nothing in the pattern takes "{".".join(given[furthest:])}"'
    stopper = words(pattern)[used]
    if words(pattern)[used - 1 : used] == ["#"] and stopper != "*":
        return f"no {stopper} comes after what # may take"
    return f'"{given[furthest]}" is not {stopper}' if given[furthest:] else f"no word is left for {stopper}"


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
