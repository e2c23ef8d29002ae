"""The order list: filters, a search that takes every text literally, and pages that do not shift."""

from __future__ import annotations

from sqlalchemy import select, update

from labs.orders.domain.clock import iso
from labs.orders.domain.event import INVENTORY_RESERVED, OrderEvent, order_created, status_updated
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.process.read_model import ReadModel
from labs.orders.store.tables import orders
from labs.orders.store.view_tables import order_view
from labs.orders.store.views import OrderViews
from tests.orders.conftest import Store


def show(store: Store, number: int, status: str = "pending", **changes: object) -> Order:
    """Let the read model know an order, with some fields of Ahmed's changed."""
    fields: dict[str, object] = {
        "customer_name": "Ahmed", "product_name": "iPhone 15 Pro", "total_centimes": 32_900_000,
        "quantity": 1, "wilaya": "Algiers", "phone": "+213555123456",
    }  # fmt: skip
    order = Order(id=number, request=OrderRequest(**{**fields, **changes}), created_at=store.clock())  # type: ignore[arg-type]
    with store.database.write() as connection:
        ReadModel().apply(connection, order_created(order, event_id=f"c-{number}"))
        if status != "pending":
            moved = Order(
                id=number, request=order.request, created_at=order.created_at, status=status, version=2
            )
            event = status_updated(moved, before="pending", event_id=f"s-{number}", at=store.clock())
            ReadModel().apply(connection, event)
    return order


def numbers(store: Store, **filters: object) -> list[int]:
    """The numbers of the orders on the page."""
    return [item["id"] for item in OrderViews(store.database).page(**filters)["items"]]  # type: ignore[arg-type]


def test_an_item_has_the_orders_fields_and_what_became_of_it(store: Store) -> None:
    """The guide's names, and beside them how far it is and where it may go from there."""
    order = show(store, 42)
    (item,) = OrderViews(store.database).page()["items"]
    assert item == order.as_json() | {
        "saga": "started", "tracking": None, "reason": None, "version": 1,
        "updatedAt": iso(store.clock()), "moves": ["confirmed", "cancelled"],
    }  # fmt: skip


def test_pages_follow_each_other_without_gap_or_shift(store: Store) -> None:
    """An order that arrives between two pages pushes nothing from one onto the other."""
    for number in range(1, 8):
        show(store, number)
    views = OrderViews(store.database)
    first = views.page(limit=3)
    assert ([item["id"] for item in first["items"]], first["next"], first["total"]) == ([7, 6, 5], 5, 7)
    show(store, 8)
    second = views.page(before=first["next"], limit=3)
    assert ([item["id"] for item in second["items"]], second["next"], second["total"]) == ([4, 3, 2], 2, 8)
    third = views.page(before=second["next"], limit=3)
    assert ([item["id"] for item in third["items"]], third["next"]) == ([1], None)
    assert views.page(limit=8)["next"] is None


def test_filters_narrow_the_list_and_the_total(store: Store) -> None:
    """Status and wilaya, alone and together."""
    show(store, 1)
    show(store, 2, status="confirmed")
    show(store, 3, status="confirmed", wilaya="Oran")
    assert numbers(store, status="confirmed") == [3, 2]
    assert numbers(store, wilaya="Algiers") == [2, 1]
    assert numbers(store, status="confirmed", wilaya="Oran") == [3]
    assert OrderViews(store.database).page(status="confirmed", limit=1)["total"] == 2
    assert numbers(store, status="delivered") == []


#: What is typed into the search field, and the orders that it finds.
SEARCHES: tuple[tuple[str, list[int]], ...] = (
    ("AHMED", [1]), ("galaxy s24", [2]), ("  buds ", [3]), ("أحمد", [3]), ("amina", [2]),
    ("%", [2]), ("_", [2]), ("100%_sure", [2]), ("/", [3]), ("\\", []), ("'; DROP TABLE orders; --", []),
    ("0661 00 00 00", [2]), ("+213 661", [2]), ("00213661", [2]), ("661-000", [2]), ("21", []),
    ("3", [3]), ("#1", [1]), ("9" * 30, []), ("", [3, 2, 1]), ("   ", [3, 2, 1]), ("nobody", []),
)  # fmt: skip


def test_a_text_is_looked_for_as_it_stands(store: Store) -> None:
    """In customer, product, telephone and number; a per cent sign is a per cent sign."""
    show(store, 1)
    show(store, 2, customer_name="Amina 100%_sure", product_name="Galaxy S24", phone="+213661000000")
    show(store, 3, customer_name="أحمد", product_name="Buds w/ case", phone="+213770998877")
    assert {text: numbers(store, text=text) for text, _ in SEARCHES} == dict(SEARCHES)


def test_what_waits_for_its_order_is_in_no_answer(store: Store) -> None:
    """The stock's answer overtook the order: kept, but not an order that anybody could look at."""
    early = OrderEvent(
        id="e", name=INVENTORY_RESERVED, order_id=7, payload={"orderId": 7}, created_at=store.clock()
    )
    with store.database.write() as connection:
        ReadModel().apply(connection, early)
        assert len(connection.execute(select(order_view)).all()) == 1
    views = OrderViews(store.database)
    assert views.page() == {"items": [], "next": None, "total": 0}
    assert views.one(7) is None
    show(store, 7)
    found = views.one(7)
    assert found is not None
    assert found["saga"] == "reserved"


def test_who_has_just_ordered_finds_the_order(store: Store) -> None:
    """The read model has not heard of it: the answer comes from the orders, and says so."""
    number = store.place()
    views = OrderViews(store.database)
    found = views.one(number)
    assert found is not None
    assert (found["projected"], found["customerName"], found["status"]) == (False, "Ahmed", "pending")
    assert numbers(store) == []
    (event,) = store.outbox.claim(1).events
    with store.database.write() as connection:
        ReadModel().apply(connection, event)
    again = views.one(number)
    assert again == found | {"projected": True}
    assert numbers(store) == [number]


def test_who_has_just_changed_a_status_sees_the_new_one(store: Store) -> None:
    """The row in the read model is older than the order: what is stored counts, what was added stays."""
    number = store.place()
    booked = OrderEvent(
        id="b", name="shipping.booked", order_id=number, created_at=store.clock(),
        payload={"orderId": number, "tracking": "YAL-42"},
    )  # fmt: skip
    events = *store.outbox.claim(1).events, booked
    with store.database.write() as connection:
        for event in events:
            ReadModel().apply(connection, event)
        connection.execute(update(orders).values(status="confirmed", version=2))
    found = OrderViews(store.database).one(number)
    assert found is not None
    assert (found["status"], found["version"], found["moves"]) == ("confirmed", 2, ["shipped", "cancelled"])
    assert (found["tracking"], found["projected"]) == ("YAL-42", False)


def test_an_order_that_nobody_knows_is_none(store: Store) -> None:
    """Neither here nor there."""
    assert OrderViews(store.database).one(1) is None
