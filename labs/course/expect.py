"""`expect`: a failure on purpose, shown in one line instead of a page of traceback.

A lesson that breaks something says beforehand what will break. If it does not break, that is the
surprise, and the cell fails.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self


class expect:  # noqa: N801 - reads as a verb: `with expect(ChannelClosedByBroker, code=406) as seen:`
    """Run a block that must fail with `kind`, and say so.

    Parameters: `kind`, the exception class or classes; `code`, the AMQP reply code when it carries one
    (https://www.rabbitmq.com/amqp-0-9-1-reference); `quiet` leaves out the line.
    Afterwards `seen.error` is the exception, `seen.code` and `seen.text` the broker's own words.
    Raises AssertionError when nothing failed; any other exception passes through.
    """

    def __init__(self, *kind: type[BaseException], code: int | None = None, quiet: bool = False) -> None:
        self.kinds, self.wanted, self.quiet = kind, code, quiet
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        names = " or ".join(k.__name__ for k in self.kinds)
        if error is None:
            message = f"expected {names}, but nothing failed"
            raise AssertionError(message)
        if not isinstance(error, self.kinds):
            return False
        self.error = error
        if self.wanted is not None and self.code != self.wanted:
            return False
        if not self.quiet:
            said = f" {self.code}" if self.code is not None else ""
            words = f": {self.text}" if self.text else ""
            print(f"as expected, {type(error).__name__}{said}{words}")
        return True

    @property
    def code(self) -> int | None:
        """The AMQP reply code, such as 406, when the broker gave one."""
        return getattr(self.error, "reply_code", None)

    @property
    def text(self) -> str:
        """The name of the reply code (`PRECONDITION_FAILED`), the part that is the same on every version."""
        reply = str(getattr(self.error, "reply_text", "") or "")
        return reply.split(" - ", maxsplit=1)[0].strip()

    @property
    def reason(self) -> str:
        """All the broker said, in its own words; these differ a little from version to version."""
        return str(getattr(self.error, "reply_text", "") or self.error or "")
