"""Deliveries taken straight from the bytes on the line, before pika would turn each into six objects.

pika still does everything else on this connection: the handshake, TLS, declarations, heartbeats, errors. Only
`basic.deliver` with the header and the body that follow it is cut out of the stream, which makes a listener
that keeps up with a broker under load. The rule: no acks here, so it is for auto-ack consumers only, and no
`basic.get` on the same connection. Frames: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, section 4.2.3
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from pika import SelectConnection

#: (routing key, the headers' table still as bytes, the body's whole size, the body)
Heard = tuple[str, bytes, int, bytes]

_FRAME = struct.Struct(">BHI").unpack_from
_HEADER = struct.Struct(">QH").unpack_from
_METHOD_FRAME, _HEADER_FRAME, _BODY_FRAME = 1, 2, 3
#: Class 60 (basic), method 60 (deliver).
_DELIVER = b"\x00\x3c\x00\x3c"
#: The flag of the property `headers`; content-type and -encoding, which would stand before it, are never there.
_HAS_HEADERS = 0x2000
_AROUND = 8
_NO_HEADERS = b"\0\0\0\0"


class Deliveries:
    """Fed with what the line brings; keeps the deliveries in `heard` and gives back the rest, for pika."""

    def __init__(self, on_first: Callable[[], None]) -> None:
        self.heard: list[Heard] = []
        self._on_first = on_first
        self._half = b""
        self._key, self._headers, self._missing = "", b"", 0
        self._size, self._pieces = 0, list[bytes]()

    def take(self) -> list[Heard]:
        """What was heard since the last call."""
        heard, self.heard = self.heard, []
        return heard

    def keep(self, data: bytes) -> bytes:
        """Keep what belongs to deliveries; answer with the whole frames that do not."""
        before = len(self.heard)
        data, at, end, others = self._half + data, 0, len(self._half) + len(data), list[bytes]()
        while end - at >= _AROUND:
            kind, _, size = _FRAME(data, at)
            after = at + size + _AROUND
            if kind not in (1, 2, 3, 8):  # no frame at all: the other side speaks another protocol
                others.append(data[at:])
                at = end
                break
            if after > end:
                break
            if kind == _BODY_FRAME:
                self._body(data[at + 7 : after - 1])
            elif kind == _HEADER_FRAME:
                self._header(data, at, after)
            elif kind == _METHOD_FRAME and data[at + 7 : at + 11] == _DELIVER:
                self._method(data, at + 11)
            else:
                others.append(data[at:after])
            at = after
        self._half = data[at:]
        if self.heard and not before:
            self._on_first()
        return b"".join(others)

    def _method(self, data: bytes, at: int) -> None:
        at += 1 + data[at] + 9  # the consumer's tag; the delivery's tag and whether it was redelivered
        at += 1 + data[at]  # the exchange
        self._key = data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace")

    def _header(self, data: bytes, at: int, after: int) -> None:
        self._size, flags = _HEADER(data, at + 11)
        self._headers = data[at + 21 : after - 1] if flags & _HAS_HEADERS else _NO_HEADERS
        self._missing, self._pieces = self._size, []
        if not self._size:
            self.heard.append((self._key, self._headers, 0, b""))

    def _body(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._missing -= len(piece)
        if self._missing <= 0:
            self.heard.append((self._key, self._headers, self._size, b"".join(self._pieces)))


def listening(deliveries: Deliveries) -> Any:
    """Pika's connection, with `deliveries` at its ear."""

    class Listening(SelectConnection):  # type: ignore[misc]
        def _on_data_available(self, data_in: bytes) -> None:
            others = deliveries.keep(data_in)
            self.bytes_received += len(data_in) - len(others)  # pika counts the rest: its sign of life
            super()._on_data_available(others)

    return Listening
