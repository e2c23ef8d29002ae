"""What the second file says that the first one does not."""

from __future__ import annotations

import inspect
import re
from types import ModuleType


def new_words(first: ModuleType, second: ModuleType) -> list[str]:
    """The words of `second` that do not occur in `first`, sorted."""
    return sorted(_words(second) - _words(first))


def _words(module: ModuleType) -> set[str]:
    return set(re.findall(r"\w+", inspect.getsource(module)))
