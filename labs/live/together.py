"""What hangs together: the part of a picture that an experiment touched.

A vhost keeps the exchanges and queues of earlier experiments; a still of this one is clearer without them.
"""

from __future__ import annotations

from collections.abc import Collection


def reached(start: set[str], ways: Collection[tuple[str, str]]) -> set[str]:
    """Everything that hangs together with `start`, in whichever direction a way leads."""
    found, before = set(start), set[str]()
    while found != before:
        before = set(found)
        found |= {end for way in ways if found & set(way) for end in way}
    return found
