"""Pictures of a topology: in words, as Mermaid, and as a graph laid out from left to right.

Pure functions of values; nothing here asks a broker. `graph.Graph` is what is drawn, `layout.place` says
where, `svg.as_svg` and `png.as_png` draw it, `describe.describe` says the same in words.
"""

from labs.drawing.mermaid import as_mermaid
from labs.drawing.words import as_text

__all__ = ["as_mermaid", "as_text"]
