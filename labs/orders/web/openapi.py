"""The API's description, made of the routes themselves and of one table: `/api/openapi.json`.

Path, method and the sentence about it come from the route. What goes in and comes out stands in
`operations.py`. A route without an entry there is described all the same, but so poorly that a test fails;
an entry without a route is left out. https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from labs.orders.web.components import COMPONENTS
from labs.orders.web.guard import TOKEN_HEADER
from labs.orders.web.operations import OPERATIONS, Operation
from labs.orders.web.schemas import TEXT, Schema, ref

INFO = {
    "title": "Algeria orders",
    "version": "1",
    "summary": "Take orders, follow them, be notified of them.",
    "description": "Customers order without a login. Everything that shows customers needs the admin's session.",
}
#: The cookie's full name ends in a few letters of the shop's own, so that two shops on one machine do not mix.
SECURITY = {
    "session": {
        "type": "apiKey", "in": "cookie", "name": "session",
        "description": "Set by POST /api/session. The name has a suffix that differs from shop to shop.",
    },
    "csrf": {
        "type": "apiKey", "in": "header", "name": TOKEN_HEADER,
        "description": "`csrf` of GET /api/session: proof that a request comes from a page of ours.",
    },
}  # fmt: skip
#: Headers that tell a program what to do next: name, meaning, and whether it is always there.
HEADERS = {
    201: ("Location", "Where it is from now on.", True),
    429: ("Retry-After", "How many seconds to wait.", True),
    503: ("Retry-After", "How many seconds to wait, where that is known.", False),
}


def document(routers: Iterable[APIRouter]) -> dict[str, Any]:
    """The OpenAPI document of everything in `routers` that is meant for programs."""
    paths: dict[str, dict[str, Any]] = {}
    for route in (route for router in routers for route in router.routes):
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        for method in sorted(route.methods or ()):
            described = OPERATIONS.get((method, route.path), Operation())
            paths.setdefault(route.path, {}).setdefault(method.lower(), _operation(route, described))
    components = {"schemas": COMPONENTS, "securitySchemes": SECURITY}
    return {"openapi": "3.1.0", "info": INFO, "paths": paths, "components": components}


def _operation(route: APIRoute, described: Operation) -> dict[str, Any]:
    first, _, more = inspect.cleandoc(route.endpoint.__doc__ or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": first,
        **({"description": more.strip()} if more.strip() else {}),
        "tags": list(route.tags),
        "parameters": list(described.parameters),
        "responses": {str(status): _answer(status, schema) for status, schema in described.answers.items()}
        | {str(status): _refusal(status) for status in described.refusals},
    }
    if described.takes:
        content = {"application/json": {"schema": ref(described.takes)}}
        operation["requestBody"] = {"required": True, "content": content}
    if described.admin or described.csrf:
        scheme: Mapping[str, list[str]] = {
            name: [] for name, needed in (("session", described.admin), ("csrf", described.csrf)) if needed
        }
        operation["security"] = [scheme]
    return operation


def _answer(status: int, schema: str | None) -> Schema:
    answer: Schema = {"description": HTTPStatus(status).phrase}
    if status in HEADERS:
        name, meaning, required = HEADERS[status]
        answer["headers"] = {name: {"description": meaning, "required": required, "schema": TEXT}}
    if schema is not None:
        # A name with a slash is a media type, for what is not JSON.
        text = {schema: {"schema": {"type": "string"}}}
        answer["content"] = text if "/" in schema else {"application/json": {"schema": ref(schema)}}
    return answer


def _refusal(status: int) -> Schema:
    return _answer(status, "Refusal")
