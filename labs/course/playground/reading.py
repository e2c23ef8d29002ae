"""A key read with a pattern, on paper: what the playground says before anybody asks the broker.

static/reading.js makes the same sentences in the browser while you type, also when the kernel is busy;
tests/browser/test_playground.py holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from labs.alignment import Alignment, align
from labs.limits import SHORT_STRING_BYTES
from labs.routing import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Whether the pattern takes the key, and why. Equal when both texts are."""

    key: str
    pattern: str

    @property
    def fault(self) -> str:
        """Why AMQP cannot carry the key or the pattern; empty when it can."""
        return fault("key", self.key) or fault("pattern", self.pattern)

    @property
    def found(self) -> Alignment:
        """Which word took which; nothing when there is a fault."""
        return Alignment(given=(), steps=()) if self.fault else align(self.pattern, self.key)

    @property
    def fits(self) -> bool:
        """Whether a message with this key would reach a queue bound with this pattern."""
        return not self.fault and self.found.fits

    @property
    def sentence(self) -> str:
        """The verdict in one line."""
        if self.fault:
            return f"✗ it cannot be sent: {self.fault}"
        return f"{'✓ it fits' if self.fits else '✗ it does not fit'}: {self.found.why}"

    @property
    def notes(self) -> list[str]:
        """What is easily misread in this key and this pattern, one sentence each."""
        return [] if self.fault else _notes(words(self.pattern), self.found)


def fault(what: str, text: str) -> str:
    """Why AMQP cannot carry this text as a routing key, in one sentence; empty when it can."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return f"The {what} holds half a character, which has no UTF-8 form."
    if (size := len(text.encode())) > SHORT_STRING_BYTES:
        return f"The {what} has {size} bytes of UTF-8; AMQP carries {SHORT_STRING_BYTES}."
    return ""


def _notes(asked: list[str], found: Alignment) -> list[str]:
    stopped = [step for step in found.steps if step.outcome == "stopped" and step.end > step.start]
    other_case = any(found.given[step.start].lower() == (step.word or "").lower() for step in stopped)
    halves = [word for word in asked if len(word) > 1 and ("*" in word or "#" in word)]
    none_taken = any(step.outcome == "many" and step.start == step.end for step in found.steps)
    told = {
        "A capital is another letter: keys are compared letter by letter.": other_case,
        f"{''.join(halves[:1])} is a plain word: a wildcard stands alone between dots.": bool(halves),
        "In a key, * and # are plain letters.": any("*" in word or "#" in word for word in found.given),
        "A key of no letters has no words.": not found.given,
        "Nothing before, between or after dots is a word too: an empty one.": "" in [*found.given, *asked],
        "# takes any number of words, none included.": found.fits and none_taken,
    }
    return [note for note, true in told.items() if true]
