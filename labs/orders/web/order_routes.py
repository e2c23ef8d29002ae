"""`/api/algeria-orders`: where customers order, and where the admin looks one order up."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from labs.orders.domain.validation import InvalidOrder, read_order
from labs.orders.domain.wilaya import WILAYAS
from labs.orders.store.intake import Intake
from labs.orders.web.body import read_json, whole_number
from labs.orders.web.guard import Guard
from labs.orders.web.refusal import Refusal

#: The API's path, as the guide has it.
PATH = "/api/algeria-orders"


def order_routes(intake: Intake, guard: Guard, *, body_limit: int) -> APIRouter:
    """Routes that take and show orders. `body_limit` is in bytes."""
    router = APIRouter(tags=["orders"])

    @router.post(PATH, status_code=201)
    async def place_order(request: Request) -> Response:
        """Public. Answers 201 once the order and its event are on the disk; the broker need not be up."""
        data = await read_json(request, limit=body_limit)
        try:
            wanted = read_order(data)
        except InvalidOrder as error:
            raise Refusal(422, "Please correct the order.", fields=error.problems) from error
        order = await run_in_threadpool(intake.place, wanted)
        return JSONResponse(order.as_json(), status_code=201, headers={"Location": f"{PATH}/{order.id}"})

    @router.get(PATH + "/{order_id}")
    async def show_order(request: Request, order_id: str) -> Response:
        """For the admin: it holds a customer's telephone number."""
        guard.require_admin(request)
        number = whole_number(order_id)
        found = None if number is None else await run_in_threadpool(intake.find, number)
        if found is None:
            raise Refusal(404, "There is no order with this number.")
        return JSONResponse(found.as_json())

    @router.get("/api/wilayas")
    async def list_wilayas() -> list[dict[str, object]]:
        """Public: the list behind the checkout's select box."""
        return [{"number": wilaya.number, "name": wilaya.name} for wilaya in WILAYAS]

    return router
