"""The shop's API from the outside: what a customer's browser does, as a Python object."""

from __future__ import annotations

import ssl
from http import HTTPStatus
from typing import Any

import httpx

from labs.errors import LabsError
from labs.orders.domain.validation import InvalidOrder
from labs.orders.web.guard import TOKEN_HEADER
from labs.orders.web.idempotency import KEY_HEADER
from labs.orders.web.order_routes import PATH


class ShopClient:
    """One browser, so to speak: it keeps its cookies. `url` is the shop's: `http://127.0.0.1:3001`."""

    def __init__(self, url: str) -> None:
        # trust_env: a proxy that is set for the internet cannot reach this machine's loopback.
        # verify: an empty trust store will do, for loopback is plain HTTP; reading the real one takes 40 ms.
        self.http = httpx.Client(
            base_url=url, trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )

    def place(self, order: dict[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """Order, and return the stored order; raises `InvalidOrder` with a sentence for each wrong field.

        With a `key` of your own the call may be repeated when nobody knows what came of it: one order it stays.
        """
        answer = self.http.post(PATH, json=order, headers={} if key is None else {KEY_HEADER: key})
        body: dict[str, Any] = answer.json()
        if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and "fields" in body:
            raise InvalidOrder(body["fields"])
        if answer.status_code != HTTPStatus.CREATED:
            raise LabsError(f"The shop answered {answer.status_code}: {body['message']}")
        return body

    def sign_in(self, password: str) -> None:
        """Become the admin; raises `LabsError` when that is not the password."""
        token = self.http.get("/api/session").json()["csrf"]
        answer = self.http.post("/api/session", json={"password": password}, headers={TOKEN_HEADER: token})
        if answer.status_code != HTTPStatus.NO_CONTENT:
            raise LabsError(answer.json()["message"])
        self.http.headers[TOKEN_HEADER] = self.http.get("/api/session").json()["csrf"]

    def move(self, order_id: int, status: str) -> dict[str, Any]:
        """As the admin, give an order another status; raises `LabsError` with the shop's sentence when it may not."""
        answer = self.http.patch(f"{PATH}/{order_id}/status", json={"status": status})
        body: dict[str, Any] = answer.json()
        if answer.status_code != HTTPStatus.OK:
            raise LabsError(f"The shop answered {answer.status_code}: {body['message']}")
        return body

    def timeline(self, order_id: int) -> list[dict[str, Any]]:
        """As the admin, all that happened to an order, oldest first; raises `LabsError` when there is no such order."""
        answer = self.http.get(f"{PATH}/{order_id}/timeline")
        body: dict[str, Any] = answer.json()
        if answer.status_code != HTTPStatus.OK:
            raise LabsError(f"The shop answered {answer.status_code}: {body['message']}")
        items: list[dict[str, Any]] = body["items"]
        return items

    def close(self) -> None:
        """Close the connections. Safe to call twice."""
        self.http.close()
