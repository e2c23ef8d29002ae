"""The one way bootstrap gives up: a sentence that says what is missing and what would mend it."""

from __future__ import annotations


class Stop(Exception):
    """Nothing more can be done without the person; ``code`` becomes the exit status.

    ``code`` is 2 where no broker can be had, as everywhere in this course, and 1 otherwise.
    """

    def __init__(self, sentence: str, *, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
