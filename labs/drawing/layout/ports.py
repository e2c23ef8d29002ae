"""Where on a box's side each line touches it: one row for each line, in the order of where they come from.

Lines that leave a box sorted by their ends cannot cross right there. All dead letters into one exchange share
a port: they are one stream.
"""

from __future__ import annotations

from collections import defaultdict

from labs.drawing.layout.boxes import LABELLED_STEP, STEP
from labs.drawing.layout.sheet import Link, Sheet

#: The lines that share a port are named by their edges' ids.
Bundle = tuple[str, ...]


def set_ports(sheet: Sheet) -> None:
    """Fill in `sheet.ports`; the columns are in order by now."""
    at = {spot: index for column in sheet.columns for index, spot in enumerate(column)}
    ends: dict[tuple[str, str], list[tuple[float, Bundle]]] = defaultdict(list)
    for link in sheet.links:
        for one, other in link.steps:
            if not _shares(link, one, sheet):
                ends[one, "right"].append((at[other], (link.edge.id,)))
            ends[other, "left"].append((at[one], (link.edge.id,)))
    for target, links in _shared(sheet).items():
        middle = sum(at[link.hops[1]] for link in links) / len(links)
        ends[target, "right"].append((middle, tuple(link.edge.id for link in links)))
    below = len(at)
    for link in sheet.loops:
        side = "left" if link.edge.kind == "dead-letter" else "right"
        ends[link.edge.source, side].append((below, (link.edge.id,)))
    for stream in dict.fromkeys(link.stream for link in sheet.loops):
        back = [link.edge for link in sheet.loops if link.stream == stream]
        ends[back[0].target, "left"].append((below + 1, tuple(edge.id for edge in back)))
    for (spot, side), lines in ends.items():
        step = _step(sheet, spot, side, len(lines))
        for row, (_, bundle) in enumerate(sorted(lines)):
            for edge in bundle:
                sheet.ports[spot, side, edge] = (row - (len(lines) - 1) / 2) * step


def _step(sheet: Sheet, spot: str, side: str, lines: int) -> float:
    room = sheet.spots[spot].height - 2 * STEP
    wanted = LABELLED_STEP if side == "left" else LABELLED_STEP - 2
    return min(wanted, room / max(1, lines - 1))


def _shares(link: Link, spot: str, sheet: Sheet) -> bool:
    return link.backwards and spot == link.edge.target and bool(sheet.spots[spot].node)


def _shared(sheet: Sheet) -> dict[str, list[Link]]:
    streams: dict[str, list[Link]] = defaultdict(list)
    for link in sheet.links:
        if link.backwards:
            streams[link.edge.target].append(link)
    return streams
