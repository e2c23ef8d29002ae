"""A key, a pattern and a button: see word by word what takes what, then ask the broker.

The reading follows your typing. The button publishes for real: a queue is bound with the pattern, the key is
published with a confirm, and the answer is what the queue then holds.
"""

from __future__ import annotations

from html import escape
from typing import Any, Protocol

import ipywidgets
import pika

from labs.course.view import BLUE, GREEN, GREY, PANEL
from labs.errors import LabsError
from labs.exchange import Exchange
from labs.explain import explain
from labs.queue import Queue
from labs.routing import Binding
from labs.topology import Topology

#: The names that the playground uses in the lesson's virtual host.
EXCHANGE, QUEUE = "playground", "caught"


class HasParameters(Protocol):
    """Anything that says where to connect: a lesson."""

    @property
    def parameters(self) -> pika.ConnectionParameters:
        """Where to connect."""
        ...


class Playground(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Two boxes and a button. Without a kernel (on a web page) the first reading stands there as text."""

    def __init__(self, place: HasParameters, *, key: str, pattern: str) -> None:
        self._place = place
        wide = ipywidgets.Layout(width="34em")
        self._key = ipywidgets.Text(value=key, description="key", layout=wide)
        self._pattern = ipywidgets.Text(value=pattern, description="pattern", layout=wide)
        self._button = ipywidgets.Button(description="Publish", tooltip="Send the key through the broker")
        self._answer = ipywidgets.HTML()
        self._key.observe(self._read, names="value")
        self._pattern.observe(self._read, names="value")
        self._button.on_click(self._publish)
        super().__init__([self._key, self._pattern, self._button, self._answer])
        self._read()

    def reading(self) -> tuple[bool, str]:
        """Whether the pattern takes the key on paper, and why, in words."""
        try:
            topology = Topology(
                exchanges=(Exchange(name=EXCHANGE),),
                queues=(Queue(name=QUEUE),),
                bindings=(Binding(source=EXCHANGE, destination=QUEUE, key=self._pattern.value),),
            )
            found = explain(topology, EXCHANGE, self._key.value)
        except LabsError as error:
            return False, str(error)
        return bool(found.queues), found.lines[0]

    def ask_broker(self) -> bool:
        """Publish the key for real and say whether it arrived."""
        with pika.BlockingConnection(self._place.parameters) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            channel.exchange_delete(EXCHANGE)
            channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
            channel.queue_declare(QUEUE, durable=True)
            channel.queue_purge(QUEUE)
            channel.queue_bind(QUEUE, EXCHANGE, routing_key=self._pattern.value)
            channel.basic_publish(EXCHANGE, self._key.value, b"playground")
            return bool(channel.queue_declare(QUEUE, passive=True).method.message_count)

    def _read(self, _change: dict[str, Any] | None = None) -> None:
        takes, why = self.reading()
        self._say("on paper", "✓ taken" if takes else "✗ not taken", why, GREEN if takes else GREY)

    def _publish(self, _button: object) -> None:
        try:
            arrived = self.ask_broker()
        except Exception as error:  # noqa: BLE001 - a button has no cell to fail in: say it where the eyes are
            self._say("the broker", "could not be asked", str(error) or type(error).__name__, BLUE)
            return
        _, why = self.reading()
        self._say(
            "the broker",
            "✓ it arrived" if arrived else "✗ it did not arrive",
            why,
            GREEN if arrived else GREY,
        )

    def _say(self, who: str, verdict: str, why: str, colours: dict[str, str]) -> None:
        text = f"<strong>{escape(who)}: {escape(verdict)}</strong><br><code>{escape(why)}</code>"
        self._answer.value = f'<div role="status" style="{PANEL.format(**colours)}">{text}</div>'

    def _text(self) -> str:
        takes, why = self.reading()
        verdict = "taken" if takes else "not taken"
        return f"Playground\nkey      {self._key.value}\npattern  {self._pattern.value}\non paper: {verdict}\n{why}"

    def __repr__(self) -> str:
        return self._text()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = dict(super()._repr_mimebundle_(**kwargs))
        bundle["text/plain"] = self._text()
        bundle["text/html"] = f"<pre>{escape(self._text())}</pre>"
        return bundle
