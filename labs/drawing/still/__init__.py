"""A still picture as shapes: what stands on the card, with which colours, before anybody writes SVG or PNG."""

from labs.drawing.still.still import size_of, still_of

__all__ = ["size_of", "still_of"]
