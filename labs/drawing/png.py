"""The still picture as PNG: the same shapes as the SVG, drawn by matplotlib.

A PNG is what GitHub and an untrusted notebook show. No pyplot: that would keep every figure. Names are letters,
never mathematics: `$` is drawn as it is, and a letter that the font does not have becomes a box. A palette of
a few colours makes the file four times smaller, and a notebook with pictures stays small.
https://matplotlib.org/stable/users/explain/figure/backends.html
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path as File

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform

from labs.drawing.labels import plain
from labs.drawing.palette import with_palette
from labs.drawing.pen import commands, rounded
from labs.drawing.placed import Placed
from labs.drawing.seen import Seen
from labs.drawing.still import still_of
from labs.drawing.still.shapes import Box, Line, Shape, Text, Thing

#: Dots for each unit of the picture; one unit is one point of type, and an inch has 72 of those.
SCALE, POINTS = 2.0, 72
#: A picture of more than so many square units gets fewer dots, or its notebook would grow too large to be read.
LARGE, SCALE_OF_LARGE = 600_000, 1.25
#: (bold, monospaced) → a font that comes with matplotlib, so that the picture is the same everywhere, and how much
#: smaller it is set, because it runs wide.
FONTS = {
    (False, False): ("DejaVuSans", 0.94),
    (True, False): ("DejaVuSans-Bold", 0.87),
    (False, True): ("DejaVuSansMono", 0.98),
    (True, True): ("DejaVuSansMono-Bold", 0.98),
}
#: What is drawn for a letter that the font does not have.
NO_GLYPH = "\u25a1"
CODES = {"M": [1], "L": [2], "C": [4, 4, 4]}  # Path.MOVETO, LINETO, CURVE4
SIDES = {"start": "left", "middle": "center", "end": "right"}


def as_png(placed: Placed, seen: Seen | None = None) -> bytes:
    """The picture's bytes."""
    width, height, drawn = still_of(placed, seen)
    scale = SCALE if width * height <= LARGE else SCALE_OF_LARGE
    figure = Figure(figsize=(width / POINTS, height / POINTS), dpi=POINTS * scale, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    # The picture's y runs down, the figure's runs up.
    place = Affine2D().scale(scale, -scale).translate(0, height * scale)
    for each in drawn:
        for shape in each.shapes if isinstance(each, Thing) else (each,):
            _draw(figure, shape, place)
    dots = BytesIO()
    figure.savefig(dots, format="rgba", dpi=POINTS * scale)
    across, down = canvas.get_width_height()
    rows = np.frombuffer(dots.getvalue(), dtype=np.uint8).reshape(down, across, 4)
    written = BytesIO()
    with_palette(rows, drawn).save(written, format="png")
    return written.getvalue()


def _draw(figure: Figure, shape: Shape, place: Transform) -> None:
    match shape:
        case Box():
            outline = rounded(shape.w, shape.h, shape.round)
            _fill_and_stroke(figure, outline, shape, Affine2D().translate(shape.x, shape.y) + place)
        case Line():
            moved = Affine2D().scale(shape.scale).translate(shape.x, shape.y)
            _fill_and_stroke(figure, shape.d, shape, moved + place)
        case Text():
            font, size = _font(bold=shape.bold, mono=shape.mono)
            text = figure.text(
                shape.x,
                shape.y,
                _with_glyphs(plain(shape.text), str(font.get_file())),
                transform=place,
                color=shape.colour,
                fontproperties=font,
                horizontalalignment=SIDES[shape.anchor],
                verticalalignment="baseline",
                parse_math=False,
            )
            text.set_fontsize(shape.size * size)


def _fill_and_stroke(figure: Figure, d: str, shape: Box | Line, place: Transform) -> None:
    codes: list[int] = []
    points: list[tuple[float, float]] = []
    for command, ends in commands(d):
        codes += CODES[command]
        points += ends
    if isinstance(shape, Box):
        codes.append(int(Path.CLOSEPOLY))
        points.append(points[0])
    figure.add_artist(
        PathPatch(
            Path(points, codes),
            facecolor=shape.fill,
            edgecolor=shape.stroke,
            linewidth=shape.width if shape.stroke != "none" else 0,
            linestyle=_dashes(shape),
            capstyle="butt" if shape.dash else "round",
            joinstyle="round",
            transform=place,
        )
    )


def _dashes(shape: Box | Line) -> str | tuple[float, tuple[float, ...]]:
    """Matplotlib counts dashes in widths of the line."""
    if not shape.dash:
        return "solid"
    begin = shape.dash_from if isinstance(shape, Line) else 0.0
    return begin / shape.width, tuple(part / shape.width for part in shape.dash)


@cache
def _font(*, bold: bool, mono: bool) -> tuple[FontProperties, float]:
    name, size = FONTS[bold, mono]
    return FontProperties(fname=str(File(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf")), size


@cache
def _letters(font_file: str) -> frozenset[int]:
    return frozenset(get_font(font_file).get_charmap())


def _with_glyphs(text: str, font_file: str) -> str:
    known = _letters(font_file)
    return "".join(letter if ord(letter) in known else NO_GLYPH for letter in text)
