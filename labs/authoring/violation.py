"""What a rule says when a notebook breaks it: which rule, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Violation:
    """``cell`` is the name of the cell, or empty when the whole notebook is meant."""

    rule: str
    cell: str
    message: str

    def __str__(self) -> str:
        place = f"cell {self.cell}" if self.cell else "notebook"
        return f"{place}: {self.message}  [{self.rule}]"
