"""What a check found: three states, the same words in colour and in plain text.

"Not attempted" is not "wrong". A wrong answer is told what the broker saw, and a hint.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labs.course.view import Note
from labs.errors import LabsError

#: The sign, the tone and the order of the three states.
STATES = {"not attempted": ("○", "grey"), "not yet": ("✗", "red"), "done": ("✓", "green")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question that a check put to the broker, and the answer."""

    ok: bool
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The state of an exercise after a check, with the steps that led there."""

    id: str
    title: str
    state: str
    steps: tuple[Step, ...] = field(default=())

    @property
    def text(self) -> str:
        """The stable text form, one line per step."""
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        sign, _ = STATES[self.state]
        lines = [f"{sign} {self.state} · {self.id} {self.title}"]
        for step in self.steps:
            lines.append(f"  {'✓' if step.ok else '✗'} {step.text}")
            if step.hint and not step.ok:
                lines.append(f"    hint: {step.hint}")
        return lines

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return Note(lines=self._lines(), tone=STATES[self.state][1])._repr_html_()


class CheckFailed(LabsError):
    """A check was not passed while STRICT_CHECKS was on: for papermill and continuous integration."""

    code = "check_failed"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.text)
        self.verdict = verdict
