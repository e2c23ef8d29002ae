"""`/api/algeria-orders`: where customers order, and where the admin moves an order on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from labs.orders.domain.lifecycle import IllegalMove
from labs.orders.domain.status_change import read_status_change
from labs.orders.domain.validation import InvalidOrder, read_order
from labs.orders.domain.wilaya import WILAYAS
from labs.orders.store.changes import Overtaken, UnknownOrder, Unpaid
from labs.orders.store.group_commit import Busy
from labs.orders.store.intake import Intake
from labs.orders.store.requests import KeyReused
from labs.orders.web.body import read_json, whole_number
from labs.orders.web.guard import Guard
from labs.orders.web.idempotency import REPLAYED_HEADER, read_key
from labs.orders.web.plain_route import PlainRoute
from labs.orders.web.rate_limit import RateLimit
from labs.orders.web.refusal import Refusal

#: The API's path, as the guide has it.
PATH = "/api/algeria-orders"
#: No order has this number: what cannot be a number is looked for under it, and not found.
NO_ORDER = 0
#: What cannot be done says so in a sentence of its own; the status says the same to programs.
STATUS: dict[type[Exception], int] = {
    KeyReused: 422, UnknownOrder: 404, IllegalMove: 409, Unpaid: 409, Overtaken: 409,
}  # fmt: skip
#: Nobody is limited, unless the shop says so.
UNLIMITED = RateLimit(per_s=0, burst=1)


def order_routes(
    intake: Intake, guard: Guard, *, body_limit: int, rate_limit: RateLimit = UNLIMITED
) -> APIRouter:
    """Routes that take and change orders. `body_limit` is in bytes; `rate_limit` is for strangers."""
    router = APIRouter(tags=["orders"], route_class=PlainRoute)

    @router.post(PATH, status_code=201)
    async def place_order(request: Request) -> Response:
        """Public. Answers 201 once the order and its event are on the disk; the broker need not be up.

        Orders that come at the same time share a commit. With an `Idempotency-Key` the same request is the
        same order, however often it is sent, and `Idempotent-Replayed: true` says that it was stored before.
        """
        rate_limit.require(request)
        key = read_key(request)
        data = await read_json(request, limit=body_limit)
        with _refusals("Please correct the order."):
            placed = await intake.take_async(read_order(data), key=key)
        headers = {"Location": f"{PATH}/{placed.order.id}"}
        if placed.repeated:
            headers[REPLAYED_HEADER] = "true"
        return JSONResponse(placed.order.as_json(), status_code=201, headers=headers)

    @router.patch(PATH + "/{order_id}/status")
    async def change_status(request: Request) -> Response:
        """Move an order to another status, with `{"status": …, "reason": …, "version": …}`.

        Who says which `version` they saw is refused with 409 when somebody else was faster. So is everybody
        who wants a move that the order's life does not have, or to ship what is not paid (where there is a saga).
        """
        guard.require_admin(request)
        guard.require_own_page(request)
        data = await read_json(request, limit=body_limit)
        number = whole_number(request.path_params["order_id"]) or NO_ORDER
        with _refusals("Please correct the change."):
            change = read_status_change(data)
            order = await run_in_threadpool(
                intake.change, number, change.status, reason=change.reason, seen_version=change.version
            )
        return JSONResponse(order.as_json())

    @router.get("/api/wilayas")
    async def list_wilayas(_: Request) -> Response:
        """Public: the list behind the checkout's select box."""
        return JSONResponse([{"number": wilaya.number, "name": wilaya.name} for wilaya in WILAYAS])

    return router


@contextmanager
def _refusals(correct: str) -> Iterator[None]:
    """What goes wrong inside becomes an answer; `correct` is the sentence above those about single fields."""
    try:
        yield
    except InvalidOrder as error:
        raise Refusal(422, correct, fields=error.problems) from error
    except tuple(STATUS) as error:
        raise Refusal(STATUS[type(error)], str(error)) from error
    except Busy as error:
        raise Refusal(503, str(error), headers={"Retry-After": str(error.retry_after_s)}) from error
    except TimeoutError as error:
        sentence = "That took too long, and may be stored or not. Ask again with the same Idempotency-Key."
        raise Refusal(503, sentence) from error
