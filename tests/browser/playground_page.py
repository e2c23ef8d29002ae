"""The playground in a bare page: its real module and style, and a stub of the widget's model.

The stub plays the kernel: what the page sends is kept in `window.sent`, and the test answers when it likes.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from labs.course.playground import Playground
from labs.course.playground.asking import Answer, Outcome

HTML = '<!doctype html><meta charset="utf-8"><body><div id="host"></div>'
_OPEN = """async ([module, style, state]) => {
    document.head.append(Object.assign(document.createElement('style'), { textContent: style }));
    const listeners = {};
    window.sent = [];
    window.state = state;
    window.emit = (name, ...what) => (listeners[name] ?? []).forEach(listener => listener(...what));
    window.closing = new AbortController();
    const model = {
        get: name => state[name],
        set: changes => { Object.assign(state, changes); },
        save_changes: () => {},
        send: content => { window.sent.push(content); },
        on: (names, listener) => { for (const name of names.split(' ')) (listeners[name] ??= []).push(listener); },
        off: (names, listener) => {
            for (const name of names.split(' ')) listeners[name] = listeners[name].filter(each => each !== listener);
        },
    };
    window.module = await import(URL.createObjectURL(new Blob([module], { type: 'text/javascript' })));
    window.module.default.render({ model, el: document.getElementById('host'), signal: window.closing.signal });
}"""
#: What the tests ask of the joined module, besides its one export.
INSIDE = "\nexport { readPair, markOf, visibleWord };"


class PlaygroundPage:
    """A playground as a learner has it before them."""

    def __init__(
        self, page: Page, *, key: str = "order.created", pattern: str = "order.*", **state: Any
    ) -> None:
        self.page = page
        made = Playground(None, key=key, pattern=pattern)  # type: ignore[arg-type]  # nobody is asked
        traits = {name: getattr(made, name) for name in ("key", "pattern", "examples", "names", "answer")}
        page.set_content(HTML)
        page.evaluate(_OPEN, [made._esm + INSIDE, made._css, {**traits, **state}])
        self.root = page.locator(".labs-playground")
        self.key = page.get_by_role("textbox", name="Routing key")
        self.pattern = page.get_by_role("textbox", name="Pattern")
        self.publish = page.get_by_role("button", name="Publish")
        self.board = page.locator(".board")
        self.paper, self.broker = page.locator(".line.paper"), page.locator(".line.broker")
        self.count, self.fate = page.locator(".count"), page.locator(".fate")
        self.status = page.get_by_role("status")

    def type(self, key: str, pattern: str) -> None:
        """Both boxes."""
        self.key.fill(key)
        self.pattern.fill(pattern)

    def chips(self, kind: str = "") -> list[str]:
        """The words on the board, the key's first; or those of one kind."""
        return self.board.locator(f".chip{kind} .word").all_inner_texts()

    def marks(self) -> list[str]:
        """What stands between the rows."""
        return self.board.locator(".mark").all_inner_texts()

    def sent(self) -> list[dict[str, Any]]:
        """What the kernel was told."""
        found: list[dict[str, Any]] = self.page.evaluate("window.sent")
        return found

    def hear(self) -> None:
        """The kernel has the message."""
        self.page.evaluate("emit('msg:custom', { type: 'heard' })")

    def answer(self, outcome: Outcome, count: int | None, **other: str) -> None:
        """The broker did this with what stands in the boxes (or with another `key` and `pattern`)."""
        texts = {"key": self.key.input_value(), "pattern": self.pattern.input_value(), "text": "So it is."}
        answer = Answer(outcome=outcome, count=count, **{**texts, **other})
        message = {"type": "answer", "answer": answer.as_json()}
        self.page.evaluate("message => emit('msg:custom', message)", message)

    def box(self, part: str) -> Locator:
        """A box of the journey: you, exchange, queue."""
        return self.page.locator(f".stop.{part}")
