"""Which word of a topic pattern took which words of a key, laid side by side.

`topic_matches` says yes or no; here stands how. Each step is one word of the pattern with the words of the key
that it took. Where several readings are right (`#.#`), the later `#` takes what it can. When the pattern does
not fit, it goes as far as it can: one step is `stopped` there, or words of the key are `left` over.
Decided by `labs.routing`; labs/course/playground/static/matching.js does the same in the browser, and
tests/browser/test_playground.py proves that both say the same.
https://www.rabbitmq.com/tutorials/tutorial-five-python
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from labs.routing import topic_progress, words

#: equal, one, many: a plain word, `*`, `#` that took its words. stopped: it could not take the word that comes.
#: left: nothing in the pattern takes this word. unasked: it comes after the place where the reading ended.
Outcome = Literal["equal", "one", "many", "stopped", "left", "unasked"]
TOOK: frozenset[Outcome] = frozenset({"equal", "one", "many"})
WILDCARDS: dict[str, Outcome] = {"*": "one", "#": "many"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A word of the pattern (None: it has none here), and the words `start` up to `end` of the key."""

    word: str | None
    outcome: Outcome
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """All words of the key and all words of the pattern, each in exactly one of the steps, in order."""

    given: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def fits(self) -> bool:
        """Whether every word was taken: the same answer as `topic_matches`."""
        return all(step.outcome in TOOK for step in self.steps)

    @property
    def why(self) -> str:
        """One line: what took what, or what stood in the way."""
        for before, step in zip((None, *self.steps), self.steps, strict=False):
            if step.outcome == "left":
                return f"nothing in the pattern takes {self._quoted(step.start, len(self.given))}"
            if step.outcome == "stopped":
                return self._stopped(step, after_many=before is not None and before.outcome == "many")
        return ", ".join(map(self._took, self.steps)) or "no words on either side"

    def _took(self, step: Step) -> str:
        if step.outcome == "equal":
            return f"{step.word} = {step.word}"
        return (
            f"{step.word} took {self._quoted(step.start, step.end) if step.end > step.start else 'no word'}"
        )

    def _stopped(self, step: Step, *, after_many: bool) -> str:
        if step.end > step.start:
            return f"{self._quoted(step.start, step.end)} is not {_plain(step.word)}"
        if after_many and step.word != "*":
            return f"no {_plain(step.word)} comes after what # may take"
        return f"no word is left for {_plain(step.word)}"

    def _quoted(self, start: int, end: int) -> str:
        return f'"{".".join(self.given[start:end])}"'


def align(pattern: str, key: str) -> Alignment:
    """Read the key with the pattern, as far as it goes.

    >>> [(step.word, step.outcome) for step in align("order.#", "order.created.eu").steps]
    [('order', 'equal'), ('#', 'many')]
    >>> align("order.*", "order").why
    'no word is left for *'
    """
    asked, given, rows = words(pattern), words(key), topic_progress(pattern, key)
    used = max(number for number, row in enumerate(rows) if row)
    at = max(rows[used])
    steps = _taken(asked[:used], rows, at)
    rest: Outcome = "left"
    if used < len(asked):
        end, rest = min(at + 1, len(given)), "unasked"
        steps.append(Step(word=asked[used], outcome="stopped", start=at, end=end))
        at = end
    for word, _ in zip_longest(asked[used + 1 :], given[at:]):
        end = min(at + 1, len(given))
        steps.append(Step(word=word, outcome=rest, start=at, end=end))
        at = end
    return Alignment(given=tuple(given), steps=tuple(steps))


def _taken(asked: list[str], rows: list[set[int]], end: int) -> list[Step]:
    """Walk back from `end`: `#` took as many words as it could, any other word took one."""
    steps = []
    for word, before in zip(reversed(asked), reversed(rows[: len(asked)]), strict=True):
        start = min(before) if word == "#" else end - 1
        steps.append(Step(word=word, outcome=WILDCARDS.get(word, "equal"), start=start, end=end))
        end = start
    return steps[::-1]


def _plain(word: str | None) -> str:
    """A word as it stands; an empty one would not be seen."""
    return word or '""'
