"""The few colours of one PNG: those that are drawn, and the shades between them at their edges.

A palette makes the file three times smaller than full colour, so a notebook with pictures stays small. It is made from
the shapes, not searched for in the image: faster, the same every time, and no tint is lost to a rarer one.
https://www.w3.org/TR/png-3/#4Concepts.PNGImageTransformation
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labs.drawing.still import look
from labs.drawing.still.shapes import Shape, Text, Thing

#: A PNG's palette has room for so many.
MOST = 256
#: Shades between a colour and what lies behind it, as parts of the way.
SHADES = (0.2, 0.4, 0.6, 0.8)

Dots = NDArray[np.uint8]


def with_palette(dots: Dots, drawn: Iterable[Shape | Thing]) -> Image.Image:
    """The image with a palette. `dots`: rows of red, green, blue, alpha, as matplotlib draws them."""
    colours = np.array(colours_of(drawn), dtype=np.int32)
    # Whole numbers instead of four bytes: millions of dots in a few steps.
    shades = _coarse(dots.view(np.dtype("<u4"))[:, :, 0])
    present = np.zeros(1 << 18, dtype=np.bool_)
    present[shades] = True
    found = np.flatnonzero(present)
    middles = np.stack([found & 63, (found >> 6) & 63, found >> 12], axis=1) * 4 + 2
    table = np.zeros(1 << 18, dtype=np.uint8)
    table[found] = np.abs(middles[:, None, :] - colours[None, :, :]).sum(axis=2).argmin(axis=1)
    # A colour of the picture itself keeps its shade, whatever else is near; the first ones are the most used.
    own = _coarse((colours[:, 0] | colours[:, 1] << 8 | colours[:, 2] << 16).astype(np.uint32))
    table[own[::-1]] = np.arange(len(colours), dtype=np.uint8)[::-1]
    image = Image.fromarray(table[shades])
    image.putpalette(colours.astype(np.uint8).tobytes())
    return image


def _coarse(colours: NDArray[np.uint32]) -> NDArray[Any]:
    """Six bits for each part: what differs less is one shade here, so few are left to search the nearest for."""
    return (colours >> 2 & 0x3F) | (colours >> 4 & 0xFC0) | (colours >> 6 & 0x3F000)


def colours_of(drawn: Iterable[Shape | Thing]) -> list[tuple[int, ...]]:
    """Every colour of the picture, then the shades between what is drawn and what lies behind it."""
    pairs = list(dict.fromkeys(_pairs(drawn)))
    whole = dict.fromkeys(_rgb(colour) for pair in [(look.CARD, look.CARD), *pairs] for colour in pair)
    shades = dict.fromkeys(_between(*pair, part) for part in SHADES for pair in pairs)
    return list(dict.fromkeys([*whole, *shades]))[:MOST]


def _pairs(drawn: Iterable[Shape | Thing]) -> Iterator[tuple[str, str]]:
    """Each colour with what lies behind it."""
    for each in drawn:
        for shape in each.shapes if isinstance(each, Thing) else (each,):
            if isinstance(shape, Text):
                yield shape.colour, shape.on
            else:
                yield from ((colour, look.CARD) for colour in (shape.fill, shape.stroke) if colour != "none")


def _between(one: str, other: str, part: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * part) for a, b in zip(_rgb(one), _rgb(other), strict=True))


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
