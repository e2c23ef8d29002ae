"""A rule of the house: a name, one sentence, and a way to find where a notebook breaks it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labs.authoring.page import Page
from labs.authoring.violation import Violation

#: The name of a cell (empty: the whole notebook) and what is wrong with it.
Finding = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``sentence`` is the rule in words, as CONTRIBUTING.md and a failing test print it."""

    name: str
    sentence: str
    find: Callable[[Page], Iterator[Finding]]

    def check(self, page: Page) -> list[Violation]:
        """Every place where ``page`` breaks this rule."""
        return [Violation(rule=self.name, cell=cell, message=text) for cell, text in self.find(page)]


def outside(count: float, limits: tuple[float, float]) -> bool:
    """Whether ``count`` is not within ``limits``, both of which are allowed."""
    return not limits[0] <= count <= limits[1]


def rule(find: Callable[[Page], Iterator[Finding]]) -> Rule:
    """Make a rule of a generator function; its docstring's first line is the sentence."""
    sentence = (inspect.getdoc(find) or "").partition("\n")[0]
    return Rule(name=find.__name__, sentence=sentence, find=find)
