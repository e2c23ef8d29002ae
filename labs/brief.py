"""A value shown by what was said about it: defaults are left out, so the line stays readable.

`Queue(name='orders', type='quorum')` rather than all of its sixteen properties.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any


def brief(value: Any) -> str:
    """The `__repr__` of a dataclass, without the fields that hold their default."""
    said = [
        f"{field.name}={getattr(value, field.name)!r}"
        for field in fields(value)
        if field.repr and getattr(value, field.name) != _default(field)
    ]
    return f"{type(value).__name__}({', '.join(said)})"


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()
