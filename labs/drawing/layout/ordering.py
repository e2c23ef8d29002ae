"""Who stands above whom: the order in each column that makes the fewest lines cross.

Barycentre sweeps: go through the columns, forwards and backwards, and sort each by the average place of its
neighbours; swap two neighbours wherever that helps; keep the best order seen. With the order of an earlier
picture to start from, that order stays unless another one has fewer crossings: nothing moves without a gain.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from labs.drawing.labels import natural
from labs.drawing.layout.sheet import Sheet

#: Forwards and backwards, this often; more never helped on the graphs of the course.
SWEEPS = 6

Columns = list[list[str]]
Neighbours = dict[str, list[str]]


def order(sheet: Sheet, previous: Mapping[str, float]) -> None:
    """Sort each column of the sheet. `previous`: how high spots stood in an earlier picture."""
    left: Neighbours = defaultdict(list)
    right: Neighbours = defaultdict(list)
    for link in sheet.links:
        for one, other in link.steps:
            right[one].append(other)
            left[other].append(one)
    found = _improved(_by_name(sheet), left, right)
    if previous:
        kept = _as_before(sheet, previous, left, right)
        if crossings(kept, right) <= crossings(found, right):
            found = kept
        else:
            found = min(_improved(kept, left, right), found, key=lambda columns: crossings(columns, right))
    sheet.columns = found


def crossings(columns: Columns, right: Neighbours) -> int:
    """How many pairs of lines cross between neighbouring columns."""
    total = 0
    for column, after in pairwise(columns):
        at = {spot: index for index, spot in enumerate(after)}
        seen: list[int] = []
        for spot in column:
            ends = sorted(at[other] for other in right[spot])
            total += sum(len(seen) - bisect(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _by_name(sheet: Sheet) -> Columns:
    """Names in their natural order (`q2` before `q10`), dead letters below."""
    columns: Columns = [[] for _ in sheet.headings]
    for spot in sorted(sheet.spots.values(), key=lambda spot: (_is_dead(sheet, spot.id), natural(spot.id))):
        columns[spot.column].append(spot.id)
    return columns


def _is_dead(sheet: Sheet, spot_id: str) -> bool:
    node = sheet.spots[spot_id].node
    return node is not None and node.dead


def _as_before(sheet: Sheet, previous: Mapping[str, float], left: Neighbours, right: Neighbours) -> Columns:
    """The earlier order; what is new goes where its neighbours stand."""
    known = dict(previous)
    for spot in sheet.spots:
        if spot not in known:
            beside = [previous[other] for other in left[spot] + right[spot] if other in previous]
            known[spot] = sum(beside) / len(beside) if beside else max(previous.values()) + 1
    return [
        sorted(column, key=lambda spot: (known[spot], natural(spot)))  # a tie: by name
        for column in _by_name(sheet)
    ]


def _improved(start: Columns, left: Neighbours, right: Neighbours) -> Columns:
    columns = [list(column) for column in start]
    best, fewest = [list(column) for column in columns], crossings(columns, right)
    for sweep in range(2 * SWEEPS):
        if not fewest:
            break
        side = right if sweep % 2 else left
        walk = reversed(range(len(columns))) if sweep % 2 else range(len(columns))
        for index in walk:
            _sort_by_neighbours(columns, index, side)
        _swap(columns, left, right)
        now = crossings(columns, right)
        if now < fewest:
            best, fewest = [list(column) for column in columns], now
    return best


def _sort_by_neighbours(columns: Columns, index: int, side: Neighbours) -> None:
    at = {spot: place / max(1, len(column) - 1) for column in columns for place, spot in enumerate(column)}

    def middle(spot: str) -> float:
        return sum(at[other] for other in side[spot]) / len(side[spot]) if side[spot] else at[spot]

    columns[index].sort(key=middle)


def _swap(columns: Columns, left: Neighbours, right: Neighbours) -> None:
    """Exchange neighbours in a column as long as that takes crossings away."""
    for index, column in enumerate(columns):
        beside = [
            ({spot: place for place, spot in enumerate(columns[other])}, side)
            for other, side in ((index - 1, left), (index + 1, right))
            if 0 <= other < len(columns)
        ]
        for above in range(len(column) - 1):
            upper, lower = column[above], column[above + 1]
            gain = sum(
                (at[one] > at[other]) - (at[one] < at[other])
                for at, side in beside
                for one in side[upper]
                for other in side[lower]
            )
            if gain > 0:
                column[above], column[above + 1] = lower, upper
