"""Still pictures: well-formed, harmless whatever the names, readable, and not blank."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labs.drawing.declared import graph_of
from labs.drawing.describe import describe
from labs.drawing.graph import Badge, Graph, Node, edge
from labs.drawing.grouping import group
from labs.drawing.layout import place
from labs.drawing.png import as_png
from labs.drawing.seen import Seen
from labs.drawing.still import look, size_of, still_of
from labs.drawing.still.bar import CELLS, cells_of
from labs.drawing.still.shapes import Box, Line, Shape, Text, Thing
from labs.drawing.svg import as_svg
from tests.unit.drawn import DEAD_LETTERS, TOPIC, crowd, with_people
from tests.unit.strategies import short_texts

PEOPLE = with_people(DEAD_LETTERS, {"shop": "orders"}, {"worker-1": "work"})
SEEN = Seen(
    counts={"q:work": (30, 12), "q:dead": (2, 0)},
    holds={"c:work:worker-1": (1, False)},
    lanes={edge.id: 3 for edge in PEOPLE.edges},
    unroutable={"x:orders": 1},
    redelivered={"consume:q:work>c:work:worker-1": 1},
    gone={"q:lost": 1},
)
SVG = "{http://www.w3.org/2000/svg}"


def shapes_of(graph: Graph, seen: Seen | None) -> list[Shape]:
    drawn = still_of(place(graph), seen)[2]
    return [shape for each in drawn for shape in (each.shapes if isinstance(each, Thing) else (each,))]


def read(svg: str) -> ET.Element:
    """Fails where the writing is not well-formed."""
    return ET.fromstring(svg)  # noqa: S314 - written by us a moment ago


def texts_of(graph: Graph, seen: Seen | None) -> list[str]:
    return [shape.text for shape in shapes_of(graph, seen) if isinstance(shape, Text)]


def test_the_svg_is_well_formed_and_says_what_it_shows() -> None:
    """A title, a description, a class to find it by, and a size that shrinks with the page."""
    root = read(as_svg(place(PEOPLE), SEEN))
    assert root.tag == f"{SVG}svg"
    assert (root.get("class"), root.get("role")) == ("labs-still", "img")
    assert root.findtext(f"{SVG}title") == "Topology shop"
    assert "unroutable" in root.findtext(f"{SVG}desc", "")
    width, height = size_of(place(PEOPLE))
    assert root.get("viewBox") == f"0 0 {width:g} {height:g}"
    assert not root.findall(".//*[@id]")


def test_a_script_as_a_name_is_only_a_name() -> None:
    """In the text, in the words on hovering, and in the description."""
    name = "<script>alert(1)</script>\" onload='x' & ]]>"
    graph = Graph(
        name=name,
        nodes=(
            Node(id="x:x", kind="exchange", name=name, type=name, badges=(Badge(mark=name, text=name),)),
            Node(id="q:q", kind="queue", name=name, badges=(Badge(mark=name, text=name),)),
        ),
        edges=(edge("binding", "x:x", "q:q", [name]),),
    )
    svg = as_svg(place(graph))
    assert "<script" not in svg
    root = read(svg)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        "svg",
        "title",
        "desc",
        "g",
        "rect",
        "path",
        "text",
    }
    assert not [key for each in root.iter() for key in each.attrib if key.startswith("on")]
    assert name in root.findtext(f"{SVG}desc", "")


@settings(max_examples=50, deadline=None)
@given(st.lists(short_texts.filter(bool), min_size=2, max_size=4, unique=True), short_texts)
def test_any_name_gives_a_well_formed_picture(names: list[str], key: str) -> None:
    """Control characters, quotes, emoji, whatever AMQP can carry."""
    nodes = [Node(id="x:x", kind="exchange", name=names[0], type=key, badges=(Badge(mark=key, text=key),))]
    nodes += [Node(id=f"q:{name}", kind="queue", name=name, type="classic") for name in names[1:]]
    edges = [edge("binding", "x:x", f"q:{name}", [key]) for name in names[1:]]
    graph = Graph(name=names[0], nodes=tuple(nodes), edges=tuple(edges))
    read(as_svg(place(graph), Seen(counts={f"q:{names[1]}": (1, 1)})))
    assert len(describe(graph).splitlines()) == 1 + 2 * (len(names) - 1)


@pytest.mark.parametrize(
    ("graph", "seen"),
    [(PEOPLE, SEEN), (PEOPLE, None), (group(crowd()), Seen(counts={"g:orders.worker.*": (5, 1)}))],
)
def test_every_text_can_be_read_on_what_lies_behind_it(graph: Graph, seen: Seen | None) -> None:
    """A contrast of 4.5 for texts; 3 for lines and for the edges of boxes."""
    inks = {(shape.colour, shape.on) for shape in shapes_of(graph, seen) if isinstance(shape, Text)}
    assert inks
    for colour, on in inks:
        assert look.contrast(colour, on) >= 4.5, (colour, on)
    frames = {
        (shape.stroke, behind)
        for shape in shapes_of(graph, seen)
        if isinstance(shape, Box | Line) and shape.stroke not in ("none", look.CARD_EDGE, look.FREE)
        for behind in (look.CARD, look.EXCHANGE.fill)
    }
    for stroke, behind in frames:
        assert look.contrast(stroke, behind) >= 3, (stroke, behind)


def test_contrast_is_counted_as_the_standard_says() -> None:
    """Black on white is 21; a known grey is just enough."""
    assert look.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert look.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_still_shows_what_was_seen() -> None:
    """Totals on the lines, counts in the queues, what was lost below its exchange."""
    said = texts_of(PEOPLE, SEEN)
    assert "×3 ↻1" in said
    assert {"30", "+12", "✕ 1 unroutable", "1 gone (inferred)", "holds ≈1 of 10"} <= set(said)
    assert not [text for text in texts_of(PEOPLE, None) if "×" in text]


def test_dead_letters_are_said_in_words_and_drawn_in_dashes() -> None:
    """Colour never alone."""
    assert texts_of(PEOPLE, None).count("dead letters") == 2  # a badge, and the legend
    assert "fanout · dead letters" in texts_of(PEOPLE, None)
    red = [s for s in shapes_of(PEOPLE, None) if isinstance(s, Box | Line) and s.stroke == look.RED]
    assert red
    assert all(shape.dash for shape in red if not isinstance(shape, Box) or shape.width > 1)


def test_the_legend_explains_what_is_drawn_and_nothing_else() -> None:
    """No dead letters, no sample of them."""
    assert "dead letters" not in texts_of(graph_of(TOPIC), None)
    assert "what no binding takes" in texts_of(PEOPLE, None)
    assert "ready" in texts_of(PEOPLE, SEEN)
    assert "ready" not in texts_of(PEOPLE, None)


@pytest.mark.parametrize(
    ("ready", "unacked", "limit", "cells"),
    [
        (0, 0, None, (0, 0)),
        (3, 1, None, (3, 1)),
        (1, 0, 1000, (1, 0)),
        (80, 4, 100, (13, 1)),
        (200, 0, 100, (16, 0)),
        (0, 5000, None, (0, 12)),
        (10_000_000, 1, None, (15, 1)),
    ],
)
def test_a_queue_fills_up(ready: int, unacked: int, limit: int | None, cells: tuple[int, int]) -> None:
    """Message by message, then ever slower; and what is there is never invisible."""
    assert cells_of(ready, unacked, limit) == cells


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.none() | st.integers(1, 10**6))
def test_the_bar_never_lies_about_empty_and_never_overflows(
    ready: int, unacked: int, limit: int | None
) -> None:
    """Something is never shown as nothing."""
    solid, hatched = cells_of(ready, unacked, limit)
    assert 0 <= solid + hatched <= CELLS
    assert bool(solid + hatched) == bool(ready + unacked)
    assert bool(hatched) >= bool(unacked)
    assert not hatched or unacked


def test_the_png_is_the_same_picture_at_twice_the_size() -> None:
    """And it is not blank."""
    placed = place(PEOPLE)
    image = Image.open(BytesIO(as_png(placed, SEEN)))
    width, height = size_of(placed)
    assert image.size == (2 * width, 2 * height)
    colours = image.convert("RGB").getcolors(1 << 20)
    found = {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in colours}
    assert {look.CARD, look.INK, look.EXCHANGE.fill, look.QUEUE.fill, look.DEAD.fill, look.RED} <= found


def test_a_png_takes_any_letter() -> None:
    """Dollars are no formula, and a letter that the font lacks is a box instead of a warning."""
    graph = Graph(name="", nodes=(Node(id="q:q", kind="queue", name="$x^2$ 🐰 漢字 _{a}"),))
    assert as_png(place(graph)).startswith(b"\x89PNG")


def test_a_picture_is_small_enough_for_a_notebook() -> None:
    """Kilobytes of a usual picture with everything on it."""
    assert len(as_svg(place(PEOPLE), SEEN)) < 25_000
    assert len(as_png(place(PEOPLE), SEEN)) < 80_000


def test_the_svg_needs_nothing_from_outside() -> None:
    """No address besides the name space, no style sheet, no picture in it."""
    svg = as_svg(place(PEOPLE), SEEN)
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(style|image|use|script|foreignObject)", svg)
