"""The colours and letters of the still pictures.

A still stands on a white card of its own, so one set of colours is enough: it reads the same on a light and on
a dark page. The rule: text has a contrast of 4.5 or more on what lies behind it, lines and edges of boxes 3 or
more; and whatever a colour says, a shape, a dash or a word says too.
https://www.w3.org/TR/WCAG22/#contrast-minimum · https://www.w3.org/TR/WCAG22/#non-text-contrast
"""

from __future__ import annotations

from dataclasses import dataclass

CARD, CARD_EDGE, SHADOW = "#ffffff", "#dfe5ec", "#eef1f5"
INK, MUTED, FAINT = "#17202e", "#566274", "#5f6b7d"
#: Lines that messages took, and lines that none took yet.
LINE_USED, LINE = "#3d4b60", "#7a889b"
RED, RED_TEXT = "#d03a46", "#b3202d"
#: A queue's bar: ready is solid, unacknowledged is hatched, free is empty.
READY, UNACKED, FREE = "#1776c4", "#1776c4", "#d9e9f7"

SANS = "system-ui,'Segoe UI',Roboto,'Helvetica Neue','Noto Sans','DejaVu Sans',sans-serif"
MONO = "ui-monospace,Menlo,Consolas,monospace"

#: Below this, WCAG counts brightness as proportional.
DARK = 0.04045

DEAD_DASH = (6.0, 4.0)
ALTERNATE_DASH = (9.0, 4.0, 1.5, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tint:
    """The colours of one kind of box: inside, edge, the patch behind its icon, icon and small text."""

    fill: str
    edge: str
    patch: str
    accent: str


EXCHANGE = Tint(fill="#fff5ec", edge="#dd6b10", patch="#fde2c8", accent="#9a4207")
QUEUE = Tint(fill="#eff7fe", edge="#2383cc", patch="#d9e9f7", accent="#17568c")
NEUTRAL = Tint(fill="#f8fafc", edge="#7f8c9f", patch="#e8edf3", accent="#46536a")
DEAD = Tint(fill="#fef2f2", edge="#d03a46", patch="#fbdcdc", accent="#9f1d29")


def tint_of(kind: str, *, dead: bool = False) -> Tint:
    """Orange exchanges, blue queues, grey people, and red for what only dead letters reach."""
    if dead:
        return DEAD
    return {"exchange": EXCHANGE, "queue": QUEUE}.get(kind, NEUTRAL)


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), as WCAG counts it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= DARK else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
