"""The shop's pages in the notebook, in frames: checkout and dashboard side by side.

    settings = OrderSettings(frame_from=LAB)  # by default nobody may put the shop into a frame
    with OrderSystem(…, settings=settings) as shop:
        framed(shop.checkout_url, shop.dashboard_url)

A frame is a page inside another, and a browser is careful with such: the shop must allow it, by name, and the
admin's cookie goes along only where both have the same host. The page sees to the second.
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/frame-ancestors
"""

from __future__ import annotations

from urllib.parse import urlsplit

import traitlets

from labs.course.pieces.piece import Piece
from labs.course.view import Note

#: Where JupyterLab on this machine is, for `OrderSettings.frame_from`: on some port, and nobody knows which.
LAB = "http://localhost:* http://127.0.0.1:*"


class Frames(Piece):
    """The frames and, for a page without a kernel, a sentence in their place: a stored address would be a dead one."""

    main = "framed.js"
    urls: traitlets.List[str] = traitlets.List().tag(sync=True)
    height = traitlets.Int().tag(sync=True)

    def __init__(self, urls: tuple[str, ...], *, height: int, words: str) -> None:
        super().__init__(urls=list(urls), height=height)
        paths = " and ".join(urlsplit(url).path for url in urls)
        self._lines = [f"While the kernel runs, {paths} can be used here.", *([words] if words else [])]

    def words(self) -> str:
        """Which pages these are, by their paths."""
        return "\n".join(self._lines)

    def twin(self) -> dict[str, str]:
        """The same as a note."""
        return {"text/html": Note(lines=self._lines)._repr_html_()}


def framed(*urls: str, height: int = 620, words: str = "") -> Frames:
    """Pages that this kernel serves, side by side, to be a cell's last line; each `height` pixels high.

    `words` say what one does or sees there, for a reader without a kernel; they are stored with the notebook.
    """
    return Frames(urls, height=height, words=words)
