"""Readers note what they had, and do not look whether they had it before: a second delivery has a second effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labs.course.chaos import program
from labs.orders.process import effects
from labs.orders.store.inbox import is_new, which_are_new


def always_new(*args: Any, **kwargs: Any) -> bool:
    """Note it, and say yes."""
    is_new(*args, **kwargs)
    return True


def all_new(*args: Any, message_ids: Iterable[str], **kwargs: Any) -> set[str]:
    """Note them, and say yes to all."""
    ids = tuple(message_ids)
    which_are_new(*args, message_ids=ids, **kwargs)
    return set(ids)


effects.is_new, effects.which_are_new = always_new, all_new
program.main()
