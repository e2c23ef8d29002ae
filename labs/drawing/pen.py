"""Paths in SVG's words: absolute M, L and C commands with plain numbers, and nothing else.

Few enough that JavaScript, matplotlib and the tests all read them with a few lines of their own.
https://www.w3.org/TR/SVG2/paths.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import dist

Point = tuple[float, float]
#: A straight piece has two points, a curve four (two ends, two control points).
Piece = list[Point]
STRAIGHT = 2
#: Where the control points of a quarter circle stand, as a part of its radius.
QUARTER = 0.5523


def as_d(pieces: list[Piece]) -> str:
    """Joined pieces as one path."""
    words = [f"M{_pair(pieces[0][0])}"] if pieces else []
    words += [("L" if len(piece) == STRAIGHT else "C") + " ".join(map(_pair, piece[1:])) for piece in pieces]
    return " ".join(words)


def commands(d: str) -> Iterator[tuple[str, list[Point]]]:
    """Each command with its points."""
    for command, numbers in re.findall(r"([MLC])([^MLC]*)", d):
        values = [float(number) for number in numbers.split()]
        yield command, list(zip(values[::2], values[1::2], strict=True))


def points_along(d: str, steps: int = 12) -> list[Point]:
    """Points on the path, each curve cut into so many straight pieces."""
    points: list[Point] = []
    for command, ends in commands(d):
        points += (
            [_on_curve(points[-1], ends, at / steps) for at in range(1, steps)] if command == "C" else []
        )
        points.append(ends[-1])
    return points


def length(d: str) -> float:
    """How long the path is, to a tenth of a percent."""
    return sum(dist(one, other) for one, other in pairwise(points_along(d)))


def rounded(width: float, height: float, corner: float) -> str:
    """A box with round corners, its upper left at (0, 0)."""
    corner = min(corner, width / 2, height / 2)
    if not corner:
        return f"M0 0 L{width} 0 L{width} {height} L0 {height} L0 0"
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    middle = (width / 2, 0.0)
    return as_d(through([middle, *corners[1:], corners[0], middle], corner))


def through(corners: list[Point], corner: float) -> list[Piece]:
    """Straight pieces past the given corners, with a quarter circle at each."""
    pieces: list[Piece] = []
    here = corners[0]
    for at, after in pairwise(corners[1:]):
        into, out = _towards(at, here, corner), _towards(at, after, corner)
        pieces.append([here, into])
        pieces.append([into, _between(into, at), _between(out, at), out])
        here = out
    return [*pieces, [here, corners[-1]]]


def _on_curve(begin: Point, ends: list[Point], part: float) -> Point:
    rest = 1 - part
    weights = rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3
    corners = list(zip(weights, (begin, *ends), strict=True))
    return sum(much * x for much, (x, _) in corners), sum(much * y for much, (_, y) in corners)


def _towards(corner: Point, other: Point, distance: float) -> Point:
    far = max(abs(other[0] - corner[0]), abs(other[1] - corner[1]), 0.01)
    part = min(distance, far) / far
    return corner[0] + (other[0] - corner[0]) * part, corner[1] + (other[1] - corner[1]) * part


def _between(edge: Point, corner: Point) -> Point:
    return edge[0] + (corner[0] - edge[0]) * QUARTER, edge[1] + (corner[1] - edge[1]) * QUARTER


def _pair(point: Iterable[float]) -> str:
    return " ".join(f"{round(number, 1):g}" for number in point)
