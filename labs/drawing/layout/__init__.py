"""A place for everything in a graph: columns from left to right, few crossings, lines that can be followed.

The steps are those of layered drawing (Sugiyama, Tagawa, Toda 1981), one module each: `columns` (who stands
where from left to right), `ordering` (who above whom), `rows` (how high), `widths` (how wide the gaps), `lanes`
(the lines and their labels). Pure and deterministic: the same graph gives the same picture, anywhere.
https://en.wikipedia.org/wiki/Layered_graph_drawing
"""

from labs.drawing.layout.place import place

__all__ = ["place"]
