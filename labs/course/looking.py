"""What a lesson shows of the broker, and of the course's own source."""

from __future__ import annotations

import asyncio
import inspect
import textwrap
import time
from collections.abc import Callable, Sequence
from typing import Any

from IPython.display import display

from labs.course.place import Place
from labs.course.shown import BrokerView
from labs.course.view import Source, Table
from labs.errors import WaitTimeout


class Looking(Place):
    """Views that are the same on every run: sorted, counted, named."""

    def show(self, what: str = "queues", *names: str, columns: Sequence[str] = ()) -> None:
        """Show "queues", "exchanges", "bindings", "consumers" or "connections"; or "messages" and a queue's name."""
        view = self._view()
        display(view.messages(names[0], columns) if what == "messages" else view.table(what, names, columns))

    def depth(self, queue: str) -> int | None:
        """How many messages are ready in a queue, exactly; None if there is no such queue."""
        return self._view().depth(queue)

    def table(self, rows: Sequence[Sequence[object]], columns: Sequence[str], caption: str = "") -> None:
        """Show rows under columns."""
        display(Table(columns=columns, rows=rows, caption=caption))

    def source(self, *things: object) -> None:
        """Show the source of lab modules, classes or functions: what is shown is what runs."""
        texts = [textwrap.dedent(inspect.getsource(thing)).rstrip() for thing in things]  # type: ignore[arg-type]
        display(Source(text="\n\n".join(texts)))

    def wait_for(self, what: str, condition: Callable[[], Any], *, within_s: float = 10.0) -> Any:
        """Wait until `condition()` is true and return it. Raises WaitTimeout, which says what was awaited."""
        deadline = time.monotonic() + within_s
        while not (answer := condition()):
            if time.monotonic() > deadline:
                raise WaitTimeout(awaited=what, seen=repr(answer))
            time.sleep(0.02)
        return answer

    async def until(self, what: str, condition: Callable[[], Any], *, within_s: float = 10.0) -> Any:
        """The same for a cell that awaits: the loop goes on working between two looks. Raises WaitTimeout."""
        deadline = time.monotonic() + within_s
        while not (answer := condition()):
            if time.monotonic() > deadline:
                raise WaitTimeout(awaited=what, seen=repr(answer))
            await asyncio.sleep(0.02)
        return answer

    def _view(self) -> BrokerView:
        return BrokerView(self.management, self.vhost, self.parameters)
