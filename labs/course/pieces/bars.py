"""A number beside what was predicted: two bars on one scale, as HTML, and the distance in words.

A number alone is forgotten; the gap between two bars is seen. The scale begins at zero, so that twice as long
means twice as much. Without styles it is a plain table with both numbers.
"""

from __future__ import annotations

from html import escape

#: The colours of the two bars: at least 3:1 against a light page and against a dark one.
PREDICTED, MEASURED = "#64748b", "#2563eb"
#: How wide the longer bar is.
FULL_EM = 22


def amount(text: object) -> float | None:
    """The number that a text is, if it is an amount: finite and not below zero."""
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def bars(predicted: object, measured: object) -> str:
    """Both as HTML, or nothing at all if one of them is not an amount. Without styles it is a plain table."""
    values = amount(predicted), amount(measured)
    if None in values:
        return ""
    longest = max(value for value in values if value is not None) or 1
    rows = "".join(
        _row(label, str(text), (value or 0) / longest, tint)
        for label, text, value, tint in (
            ("predicted", predicted, values[0], PREDICTED),
            ("measured", measured, values[1], MEASURED),
        )
    )
    return f'<table style="margin:.5em 0 .2em;border-collapse:collapse;background:none">{rows}</table>'


def distance(predicted: float | None, measured: float | None) -> str:
    """How far the prediction was off, in words; empty as long as one of the numbers is missing."""
    if predicted is None or measured is None:
        return ""
    if predicted == measured:
        return "exactly as predicted"
    gap = f"{abs(measured - predicted):g} {'more' if measured > predicted else 'fewer'} than predicted"
    small, large = sorted((predicted, measured))
    return gap if small == 0 or large < 2 * small else f"{gap}, {large / small:.2g} times apart"


def _row(label: str, text: str, share: float, tint: str) -> str:
    cell = "border:none;padding:.1em .5em .1em 0;text-align:left"
    shape = f"display:inline-block;height:.9em;border-radius:2px;width:{max(share * FULL_EM, 0.15):.2f}em"
    bar = f'<span aria-hidden="true" style="{shape};background:{tint};vertical-align:-.05em"></span>'
    return (
        f'<tr style="background:none"><th scope="row" style="{cell};font-weight:400">{escape(label)}</th>'
        f'<td style="{cell}">{bar} <strong>{escape(text)}</strong></td></tr>'
    )
