"""The audit's arithmetic: for each promise, what in the books breaks it. Pure: rows in, sentences out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from labs.course.chaos.books import Books
from labs.orders.domain.event import ORDER_CREATED
from labs.orders.domain.lifecycle import CANCELLED
from labs.orders.domain.saga import COMPLETED, RESERVED
from labs.orders.services import IN_DATABASE, SERVICES
from labs.orders.topology import FEED, PAYMENT
from labs.routing import topic_matches


def kept(books: Books, accepted: Collection[int]) -> Iterator[str]:
    """Answered with 201, and not there; or there, and never written down for the broker."""
    announced = {event.order_id for event in books.events if event.name == ORDER_CREATED}
    for order in sorted(set(accepted) - set(books.orders)):
        yield f"order {order} is not stored"
    for order in sorted(set(books.orders) - announced):
        yield f"order {order} was never written into the outbox"


def untold(books: Books) -> Iterator[str]:
    """In the journal, and not in the feed."""
    for (name, payload), times in _of_feed(books.written).items():
        if not books.told[name, payload]:
            yield f"{name} ({payload[:40]}…) is missing{f' {times} times' if times > 1 else ''}"


def told_again(books: Books) -> Iterator[str]:
    """More often in the feed than in the journal."""
    for (name, payload), times in books.told.items():
        if times > max(1, books.written[name, payload]):
            yield f"{name} ({payload[:40]}…) is there {times} times"


def unread(books: Books, readers: Collection[str]) -> Iterator[str]:
    """Bound to a reader that keeps an inbox, and not in it."""
    for name in (reader.name for reader in (*IN_DATABASE, PAYMENT) if reader.name in readers):
        for event in books.events:
            bound = any(topic_matches(key, event.name) for key in SERVICES[name].keys)
            if bound and (name, event.id) not in books.inbox:
                yield f"{name} never had {event.name} of order {event.order_id}"


def miscounted(books: Books, readers: Collection[str]) -> Iterator[str]:
    """Read model and trends, beside the orders."""
    if "read_model" in readers:
        for number, order in books.orders.items():
            view = books.views.get(number)
            if view is None or (view.status, view.version) != (order.status, order.version):
                shown = f"{view.status} (version {view.version})" if view is not None else "nothing"
                yield f"order {number} is {order.status} (version {order.version}), shown is {shown}"
    if "analytics" in readers:
        cancelled = sum(order.status == CANCELLED for order in books.orders.values())
        total = sum(order.total_centimes for order in books.orders.values())
        if books.trends != (is_so := (len(books.orders), cancelled, total)):
            yield f"orders, cancelled, centimes are {is_so}, the trends say {books.trends}"


def unfinished(books: Books) -> Iterator[str]:
    """A saga that is not at its end, or at another end than its order."""
    for number, order in books.orders.items():
        saga = books.sagas.get(number)
        wanted = CANCELLED if order.status == CANCELLED else COMPLETED
        if saga is None or saga.state != wanted:
            yield f"order {number} is {order.status}, its saga {saga.state if saga else 'never began'}"


def stock(books: Books) -> Iterator[str]:
    """Pieces put aside, by product and by order."""
    needed: Counter[str] = Counter()
    for number, order in books.orders.items():
        lives, held = order.status != CANCELLED, books.reservations.get(number)
        if lives:
            needed[order.product_name] += order.quantity
        if lives != (held is not None and held.state == RESERVED):
            yield f"order {number} is {order.status}, its reservation {held.state if held else 'missing'}"
    for product, row in books.stock.items():
        if row.reserved != needed[product]:
            yield f"{row.reserved} × {product} are put aside, {needed[product]} are needed"


def money(books: Books, ledger: Collection[tuple[str, int]]) -> Iterator[str]:
    """What came less what went back, beside the price; for a cancelled order that is nothing."""
    balance: Counter[str] = Counter()
    for name, centimes in ledger:
        balance[name] += centimes
    for number, order in books.orders.items():
        owed = 0 if order.status == CANCELLED else order.total_centimes
        if (has := balance.pop(str(number), 0)) != owed:
            yield f"order {number} is {order.status}, and the bank has {has} centimes instead of {owed}"
    for unknown, has in balance.items():
        yield f"the bank has {has} centimes of order {unknown}, which nobody knows"


def _of_feed(counted: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {
        (name, payload): times
        for (name, payload), times in counted.items()
        if any(topic_matches(key, name) for key in FEED.keys)
    }
