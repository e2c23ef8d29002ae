"""The stream as most tutorials write it: who listens gets it now, and nobody keeps it.

    channel.basic_consume(…) → for every open page: write the event → ack

It reads a queue of its own, so the broker treats it as well as the shop's feed. What comes while no page is open
is acknowledged and gone: the loss is behind the broker, in a list in memory. It also has no bound: what a page
does not read waits for it for ever. Compare `labs.orders.web.hub` and `labs.orders.web.mailbox`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from copy import copy
from threading import Event, Thread
from typing import Any, Self

import httpx
import pika
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from labs.orders.web.server import WebServer

#: Its queue, which ends with its consumer.
QUEUE = "forgetful.dashboard"
#: How often it looks whether it is over, in seconds.
LOOK_S = 0.05
#: How long its thread and its server may take to end, in seconds.
STOP_S = 5


class Forgetful:
    """An event stream at `/stream` about everything in the exchange `orders` with a key `order.*`."""

    def __init__(self, parameters: pika.ConnectionParameters) -> None:
        self.acked = 0  #: How many events it has acknowledged.
        self._parameters = copy(parameters)
        self._parameters.client_properties = {"connection_name": "forgetful"}
        self._pages: set[asyncio.Queue[bytes]] = set()
        self._ready, self._over = Event(), Event()
        self._server = WebServer(Starlette(routes=[Route("/stream", self._stream)]), port=0, stop_s=1)
        self._thread = Thread(target=self._consume, name="labs-forgetful", daemon=True)
        self.http = httpx.Client(base_url=self._server.url, trust_env=False)

    def __enter__(self) -> Self:
        self._server.start()
        self._thread.start()
        self._ready.wait(STOP_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(STOP_S)
        for page in tuple(self._pages):
            page.put_nowait(b"")
        self._server.stop(STOP_S)
        self.http.close()

    async def _stream(self, _: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncGenerator[bytes, None]:
        page: asyncio.Queue[bytes] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._pages.add(page)
        try:
            yield b": hello\n\n"
            while event := await page.get():
                yield event
        finally:
            self._pages.discard(page)

    def _consume(self) -> None:
        connection = pika.BlockingConnection(self._parameters)
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True, auto_delete=True)
        channel.queue_bind(QUEUE, "orders", "order.*")
        channel.basic_consume(QUEUE, self._tell)
        self._ready.set()
        while not self._over.is_set():
            connection.process_data_events(LOOK_S)
        connection.close()

    def _tell(self, channel: Any, delivery: Any, _: Any, body: bytes) -> None:
        data = json.dumps(json.loads(body)["data"])
        event = f"event: {delivery.routing_key}\ndata: {data}\n\n".encode()
        for page in tuple(self._pages):
            self._loop.call_soon_threadsafe(page.put_nowait, event)
        channel.basic_ack(delivery.delivery_tag)
        self.acked += 1
