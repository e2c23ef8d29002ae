"""How high each spot stands: as near to its neighbours as the order and the boxes' heights allow.

Each column asks its neighbours where they would like it, and then takes the nearest heights that overlap
nothing (least squares with the order kept: "pool adjacent violators"). A few rounds of that make chains
straight lines and put an exchange in the middle of its queues.
https://en.wikipedia.org/wiki/Isotonic_regression
"""

from __future__ import annotations

from collections import defaultdict

from labs.drawing.layout.boxes import COMPACT_ABOVE
from labs.drawing.layout.columns import kind_of
from labs.drawing.layout.sheet import Sheet, Spot

#: The air below a box of each kind; in compact rows; and around a way-point.
AIR = {"producer": 18, "exchange": 30, "queue": 20, "consumer": 16}
AIR_COMPACT, AIR_PASSAGE, AIR_PILE = 8, 9, 8
ROUNDS = 8
#: How much a line wants to be straight: a long one more than others, a dead letter's less.
LONG, USUAL, DEAD = 6.0, 1.0, 0.25

#: (the other spot, how much higher or lower this one should stand, how much that matters).
Pull = tuple[str, float, float]


def set_rows(sheet: Sheet) -> None:
    """Fill in the height of every spot, counted from any zero."""
    left, right = _pulls(sheet)
    both = {spot: left[spot] + right[spot] for spot in sheet.spots}
    # A long line shall bend once, near where it comes from, and then run straight into its target.
    straight = {spot: both[spot] if sheet.spots[spot].node else right[spot] for spot in sheet.spots}
    for column in sheet.columns:
        _settle(sheet, column, dict.fromkeys(column, (0.0, 1.0)))
    for _ in range(ROUNDS):
        for column in sheet.columns:
            _settle(sheet, column, _wishes(sheet, column, left))
        for column in reversed(sheet.columns):
            _settle(sheet, column, _wishes(sheet, column, right))
    for _ in range(ROUNDS):
        for column in sheet.columns:
            _settle(sheet, column, _wishes(sheet, column, both))
    for column in reversed(sheet.columns):
        _settle(sheet, column, _wishes(sheet, column, straight))


def _pulls(sheet: Sheet) -> tuple[dict[str, list[Pull]], dict[str, list[Pull]]]:
    left: dict[str, list[Pull]] = defaultdict(list)
    right: dict[str, list[Pull]] = defaultdict(list)
    for link in sheet.links:
        for one, other in link.steps:
            weight = LONG if len(link.hops) > len(("from", "to")) else USUAL
            weight = DEAD if link.backwards else weight
            rise = sheet.ports.get((one, "right", link.edge.id), 0) - sheet.ports.get(
                (other, "left", link.edge.id), 0
            )
            right[one].append((other, -rise, weight))
            left[other].append((one, rise, weight))
    return left, right


def _wishes(sheet: Sheet, column: list[str], pulls: dict[str, list[Pull]]) -> dict[str, tuple[float, float]]:
    """Spot → (where its lines would be straight, how much that matters). Without lines it stays."""
    wishes = {}
    for spot in column:
        weight = sum(pull[2] for pull in pulls[spot])
        middle = sum((sheet.spots[other].y + rise) * much for other, rise, much in pulls[spot])
        wishes[spot] = (middle / weight, weight) if weight else (sheet.spots[spot].y, 0.01)
    return wishes


def _settle(sheet: Sheet, column: list[str], wishes: dict[str, tuple[float, float]]) -> None:
    """The heights nearest to the wishes that keep the order and the distances."""
    down = 0.0
    pools: list[tuple[float, float, int]] = []  # (mean, weight, how many)
    offsets: list[float] = []
    for index, spot in enumerate(column):
        if index:
            down += _distance(
                sheet.spots[column[index - 1]], sheet.spots[spot], compact=len(column) > COMPACT_ABOVE
            )
        offsets.append(down)
        wish, weight = wishes[spot]
        pool = (wish - down, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, many = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, many + pool[2])
        pools.append(pool)
    means = [mean for mean, _, many in pools for _ in range(many)]
    for spot, mean, offset in zip(column, means, offsets, strict=True):
        sheet.spots[spot].y = mean + offset


def _distance(upper: Spot, lower: Spot, *, compact: bool) -> float:
    """From middle to middle."""
    if upper.node is None or lower.node is None:
        air = float(AIR_PASSAGE)
    else:
        air = AIR_COMPACT if compact else max(AIR[kind_of(upper.node)], AIR[kind_of(lower.node)])
    if upper.node and upper.node.kind == "group":
        air += AIR_PILE
    return (upper.height + lower.height) / 2 + air
