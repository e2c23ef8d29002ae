"""How wide a text will be, without asking a font: the reader's font is not ours to know.

The widths are a little more than those of the usual screen fonts (Segoe, San Francisco, Roboto, Noto), so what
fits by this measure fits there, with a little air. Ideographs and emoji are as wide as they are high.
"""

from __future__ import annotations

#: Letters by their width, as a part of the font's size.
WIDTHS = {0.33: "ijl.,:;'|!", 0.42: 'frtI()[]{}/\\-" `', 0.98: "mwMW@%", 0.76: "ABCDGHKNOQRUVXYZ#&<>=+~^"}
#: Every letter of a monospaced font.
MONO = 0.61
BOLD = 1.1
_BY_LETTER = {letter: width for width, letters in WIDTHS.items() for letter in letters}
#: From here on, scripts are about as wide as they are high.
_WIDE_SCRIPTS = 0x2E80


def text_width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The room that `text` needs in letters of this size."""
    return sum(_letter(letter, mono=mono) for letter in text) * size * (BOLD if bold and not mono else 1)


def fitted(text: str, room: float, size: float, *, bold: bool = False, mono: bool = False) -> str:
    """The text, its middle left out where it would be wider than `room`: names often differ at their end."""
    if text_width(text, size, bold=bold, mono=mono) <= room:
        return text
    for kept in range(len(text) - 1, 1, -1):
        tail = kept // 2
        short = f"{text[: kept - tail]}…{text[len(text) - tail :]}"
        if text_width(short, size, bold=bold, mono=mono) <= room:
            return short
    return "…"


def _letter(letter: str, *, mono: bool) -> float:
    if ord(letter) >= _WIDE_SCRIPTS:
        return 1.1
    return MONO if mono else _BY_LETTER.get(letter, 0.62)
