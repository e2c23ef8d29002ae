"""The course map as HTML: a lane for each part, a station for each notebook.

Below the drawing it is a list of links, and stays one where styles and drawings are taken away (GitHub, a mail, a
screen reader): every fact is in words, the drawing only repeats it. All colours hold 3:1 on white and on black,
and text takes the page's own colour. https://www.w3.org/WAI/WCAG22/Understanding/non-text-contrast
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import groupby

from labs.course.station import Station
from labs.course.verdict import STATES

DONE, TRACK, HERE = "#15803d", "#8794a6", "#2563eb"
#: In pixels: half a station's drawing, and the radius of its ring.
HALF, RING = 26, 19
#: For words that the drawing says as well: heard, and seen where there are no styles.
UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"


def map_page(stations: Sequence[Station], summary: str) -> str:
    """The whole map."""
    here = next((one for one in stations if one.here), None)
    lanes = "".join(
        _lane(part, list(group)) for part, group in groupby(stations, key=lambda one: one.notebook.part)
    )
    style = "max-width:72em;margin:.3em 0;line-height:1.4"
    head = f'<p style="margin:.2em 0"><strong>The course</strong> · {escape(summary)}</p>'
    return f'<nav aria-label="Course map" style="{style}">{head}{_next(here)}{lanes}</nav>'


def _next(here: Station | None) -> str:
    if here is None:
        return ""
    todo = next(f"Exercise {id_}: {title}." for id_, title, state in here.exercises if state != "done")
    said = f"Next: {_link(here, here.title)}. {escape(todo)}"
    edge = f"border-left:4px solid {HERE};background:rgba(37,99,235,.10);border-radius:3px"
    return f'<p style="margin:.5em 0 .9em;padding:.45em .9em;{edge}">{said}</p>'


def _lane(part: str, stations: list[Station]) -> str:
    minutes = sum(one.notebook.minutes for one in stations)
    items = "".join(_station(one, last=one is stations[-1]) for one in stations)
    row = "display:flex;flex-wrap:wrap;list-style:none;margin:0;padding:0;overflow:hidden"
    lane = "border-top:1px solid rgba(135,148,166,.45);padding:.5em 0"
    name = f"<strong>{escape(part)}</strong> · <small>{minutes} min</small>"
    return f'<section style="{lane}"><p style="margin:0 0 .6em">{name}</p><ul style="{row}">{items}</ul></section>'


def _station(one: Station, *, last: bool) -> str:
    number, title = one.title.split(" · ", 1)
    line = f"position:absolute;left:50%;top:{HALF - 2}px;width:100%;height:4px;background:{TRACK};opacity:.55"
    track = "" if last else f'<span aria-hidden="true" style="{line}"></span>'
    link = _link(one, f"{number} · {title}", shown=title)
    pill = (
        f"background:{HERE};color:#fff;border-radius:1em;padding:.1em .8em;font-weight:600;white-space:nowrap"
    )
    facts = [
        f"{one.notebook.minutes} min",
        f"{_segments(one)}",
        f"<small>{one.done} of {len(one.exercises)} exercises</small>",
        f"<small>{one.predictions}</small>",
        *([f'<span style="{pill}">you are here</span>'] if one.here else []),
    ]
    words = f"<strong>{link}</strong>{''.join(_line(fact) for fact in facts)}"
    box = "position:relative;flex:0 0 11.7em;padding:0 .2em .5em;text-align:center;margin:0;box-sizing:border-box"
    current = ' aria-current="step"' if one.here else ""
    return f'<li{current} style="{box}">{track}{_ring(one, number)}{words}</li>'


def _line(fact: str) -> str:
    """A fact on a line of its own; without styles, on the same line behind a dot."""
    return f'<span style="display:none"> · </span><span style="display:block">{fact}</span>'


def _link(one: Station, text: str, shown: str = "") -> str:
    """A link; where only a part of its text is `shown`, the rest is there for who cannot see the drawing."""
    words = escape(text)
    if shown:
        words = f'<span style="{UNSEEN}">{escape(text.removesuffix(shown))}</span>{escape(shown)}'
    return f'<a href="{escape(one.notebook.name)}.ipynb">{words}</a>'


def _ring(one: Station, number: str) -> str:
    """A ring that closes with every exercise, filled when all are done."""
    around = 2 * math.pi * RING
    share = one.done / len(one.exercises) if one.exercises else 1
    full = share == 1
    circle = f'cx="{HALF}" cy="{HALF}" r="{RING}"'
    halo = f'<circle cx="{HALF}" cy="{HALF}" r="{RING + 5}" fill="none" stroke="{HERE}" stroke-width="2.5"/>'
    ground = f'<circle {circle} style="fill:var(--jp-layout-color0,Canvas)"/>'
    track = f'<circle {circle} fill="{DONE if full else "none"}" stroke="{DONE if full else TRACK}" stroke-width="4"/>'
    arc = f'stroke-dasharray="{share * around:.1f} {around:.1f}" transform="rotate(-90 {HALF} {HALF})"'
    done = f'<circle {circle} fill="none" stroke="{DONE}" stroke-width="4" {arc}/>' if 0 < share < 1 else ""
    ink = "#fff" if full else "currentColor"
    place = f'x="{HALF}" y="{HALF + 5}" text-anchor="middle" font-size="15" font-weight="600"'
    text = f'<text {place} fill="{ink}">{escape(number)}</text>'
    size = f'width="{2 * HALF}" height="{2 * HALF}" viewBox="0 0 {2 * HALF} {2 * HALF}"'
    where = "position:relative;display:block;margin:0 auto .15em"
    return f'<svg aria-hidden="true" {size} style="{where}">{halo if one.here else ""}{ground}{track}{done}{text}</svg>'


def _segments(one: Station) -> str:
    """A block for each exercise: filled when it is done. Without styles, the sign of its state."""
    shape = "display:inline-block;width:1.5em;height:.5em;margin:.2em 2px 0;border-radius:2px"
    shape += ";overflow:hidden;color:transparent"
    blocks = ""
    for id_, title, state in one.exercises:
        look = (
            f"background:{DONE};border:1px solid {DONE}" if state == "done" else f"border:1px solid {TRACK}"
        )
        tip = escape(f"{id_} {title}: {state}")
        blocks += f'<span aria-hidden="true" title="{tip}" style="{shape};{look}">{STATES[state][0]}</span>'
    return blocks
