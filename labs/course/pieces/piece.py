"""What all pieces have in common: an ES module, one style sheet for all, and a twin in words.

The rule: a widget is never the only way to see a result. Its bundle carries the same as text and as HTML or a
picture, made when the cell shows it, so whoever reads the page without a kernel loses nothing but movement.
https://anywidget.dev/en/afm/ · https://jupyter-client.readthedocs.io/en/stable/messaging.html#display-data
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from labs.course.watch.module import joined_module, joined_style

STATIC = Path(__file__).parent / "static"


@cache
def page_side(main: str) -> str:
    """The ES module of one piece, with what it imports."""
    return joined_module(main, STATIC)


@cache
def page_style() -> str:
    """The style sheet of all pieces."""
    return joined_style(("pieces.css",), STATIC)


class Piece(anywidget.AnyWidget):
    """A widget and its twin. A piece names its `main` module, says `words()`, and has a `twin()`."""

    main: ClassVar[str]
    # Read when the first piece is made, and not when its module is imported.
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    @traitlets.default("_esm")
    def _module(self) -> str:
        return page_side(self.main)

    @traitlets.default("_css")
    def _style(self) -> str:
        return page_style()

    def words(self) -> str:
        """The piece in plain words: stable, because notebooks are compared by them."""
        raise NotImplementedError

    def twin(self) -> dict[str, str]:
        """The piece for a page without a kernel, by MIME type."""
        raise NotImplementedError

    def bundle(self, words: str, twin: dict[str, str]) -> dict[str, Any]:
        """The live widget together with what stands in for it."""
        live = super()._repr_mimebundle_()
        data: dict[str, Any] = dict((live[0] if isinstance(live, tuple) else live) or {})
        return data | twin | {"text/plain": words}

    def __repr__(self) -> str:
        return self.words()

    def _repr_mimebundle_(self, **_: Any) -> Any:
        return self.bundle(self.words(), self.twin())
