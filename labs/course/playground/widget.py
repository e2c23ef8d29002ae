"""A key, a pattern and a button: see word by word what takes what, then watch what the broker does.

The reading follows your typing in the browser, without the kernel. Publish goes to the kernel and from there to
the broker; while a cell runs the kernel cannot hear, and the page says that it waits.
https://anywidget.dev/en/afm/
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from labs.course.playground.asking import EXCHANGE, QUEUE, Answer, Asking, HasParameters
from labs.course.playground.reading import Reading
from labs.course.playground.twin import as_html, as_text
from labs.course.watch.module import joined_module

STATIC = Path(__file__).parent / "static"

#: One click each: what it is about, the key, the pattern.
EXAMPLES = (
    ("# takes no word", "order.created.urgent", "order.created.#.urgent"),
    ("an empty word", "order..algiers", "order.*.algiers"),
    ("a capital letter", "Order.created", "order.*"),
    ("256 bytes", "é" * 128, "#"),
)


class Playground(anywidget.AnyWidget):
    """Two boxes and a button. Without a kernel (on a web page) the last reading stands there as a table."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)
    pattern = traitlets.Unicode().tag(sync=True)
    examples: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    names: traitlets.Dict[str, str] = traitlets.Dict().tag(sync=True)
    #: The last `Answer`, for a page that is opened later; empty before the first.
    answer: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(self, place: HasParameters, *, key: str, pattern: str) -> None:
        self._asking = Asking(place)
        self._answer: Answer | None = None
        super().__init__(
            _esm=joined_module(folder=STATIC),
            _css=(STATIC / "playground.css").read_text(encoding="utf-8"),
            key=key,
            pattern=pattern,
            names={"exchange": EXCHANGE, "queue": QUEUE},
            examples=[
                {"label": label, "key": key_, "pattern": pattern_}
                for label, key_, pattern_ in (*EXAMPLES, ("start again", key, pattern))
            ],
        )
        self.on_msg(self._hear)

    def publish(self) -> Answer:
        """Publish the key through the broker, as the button does, and return what became of it."""
        return self._publish(self.key, self.pattern)

    def _publish(self, key: str, pattern: str) -> Answer:
        self._answer = self._asking.publish(key, pattern)
        self.answer = self._answer.as_json()
        return self._answer

    def _hear(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """The button was pressed. Say at once that it was heard, then what the broker did."""
        if content.get("do") == "publish":
            self.send({"type": "heard"})
            answer = self._publish(str(content["key"]), str(content["pattern"]))
            self.send({"type": "answer", "answer": answer.as_json()})

    def _told(self) -> list[str]:
        """The broker's word, if it was about what stands in the boxes now."""
        if self._answer and (self._answer.key, self._answer.pattern) == (self.key, self.pattern):
            return [f"broker   {self._answer}"]
        return []

    def __repr__(self) -> str:
        return as_text(Reading(key=self.key, pattern=self.pattern), *self._told())

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live page, and for a page without a kernel the same as text and as a table."""
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        bundle[0]["text/html"] = as_html(Reading(key=self.key, pattern=self.pattern), *self._told())
        return bundle
