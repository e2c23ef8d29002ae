"""Bytes from the broker: our fast readers say the same as pika's own, however the bytes are cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pika import data, frame, spec

from labs.live.table import read_table
from labs.live.wire import Deliveries

SHORT = st.text(st.characters(codec="utf-8"), max_size=20)
PLAIN = (
    SHORT
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.none()
    | st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware at once
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    )
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SHORT, inner), max_leaves=8
)


def _encoded(table: dict[str, Any]) -> bytes:
    pieces: list[bytes] = []
    data.encode_table(pieces, table)
    return b"".join(pieces)


@given(st.dictionaries(SHORT, VALUES, max_size=5))
def test_a_table_is_read_as_pika_reads_it(table: dict[str, Any]) -> None:
    """All the types that pika writes, nested."""
    encoded = _encoded(table)
    assert read_table(encoded) == data.decode_table(encoded, 0)[0] == table


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        (b"b\xff", -1),
        (b"B\xff", 255),
        (b"s\xff\xfe", -2),
        (b"u\xff\xfe", 65534),
        (b"i\xff\xff\xff\xff", 2**32 - 1),
        (b"f\x3f\x80\x00\x00", 1.0),
        (b"D\x02\x00\x00\x00\x7b", 1.23),
        (b"x\x00\x00\x00\x02\x00\x01", b"\x00\x01"),
        (b"T\xff\xff\xff\xff\xff\xff\xff\xff", 2**64 - 1),
    ],
)
def test_types_that_other_clients_write(encoded: bytes, value: object) -> None:
    """Erlang and Java write numbers of every width, decimals and bytes; a moment beyond calendars is a number."""
    entry = b"\x01a" + encoded
    assert read_table(len(entry).to_bytes(4, "big") + entry) == {"a": value}


@pytest.mark.parametrize("damaged", [b"", b"\0\0\0\x09\x01a", b"\0\0\0\x03\x01a?", b"\0\0\0\x09\x01aI\0"])
def test_damaged_tables_are_refused(damaged: bytes) -> None:
    """With a ValueError, and never another error."""
    with pytest.raises(ValueError, match="no AMQP table"):
        read_table(damaged)


def _delivery(key: str, headers: dict[str, Any] | None, body: bytes, pieces: int = 1) -> bytes:
    """The frames of one delivery on channel 1, the body in so many frames."""
    method = spec.Basic.Deliver("tag", 7, redelivered=False, exchange="amq.rabbitmq.trace", routing_key=key)
    properties = spec.BasicProperties(headers=headers, delivery_mode=2 if headers else None)
    frames = [frame.Method(1, method), frame.Header(1, len(body), properties)]
    step = -(-len(body) // pieces) or 1
    frames += [frame.Body(1, body[at : at + step]) for at in range(0, len(body), step)]
    return b"".join(one.marshal() for one in frames)


HEARTBEAT = frame.Heartbeat().marshal()
OTHER = frame.Method(1, spec.Queue.DeclareOk("bills", 3, 1)).marshal()


@given(st.integers(1, 400), st.integers(1, 3))
def test_deliveries_are_cut_out_of_the_stream_and_the_rest_goes_on(cut: int, pieces: int) -> None:
    """Wherever the line cuts the bytes: deliveries are heard in order, all else is passed on whole."""
    stream = HEARTBEAT + _delivery("publish.a", {"n": 1}, b"one", pieces) + OTHER
    stream += (
        _delivery("deliver.b", None, b"") + HEARTBEAT + _delivery("publish.", {"n": 2}, b"x" * 300, pieces)
    )
    firsts: list[int] = []
    deliveries = Deliveries(lambda: firsts.append(1))
    passed = b"".join(deliveries.keep(stream[at : at + cut]) for at in range(0, len(stream), cut))
    heard = deliveries.take()
    assert passed == HEARTBEAT + OTHER + HEARTBEAT
    assert [(key, read_table(table), size, body) for key, table, size, body in heard] == [
        ("publish.a", {"n": 1}, 3, b"one"),
        ("deliver.b", {}, 0, b""),
        ("publish.", {"n": 2}, 300, b"x" * 300),
    ]
    assert firsts == [1]
    assert deliveries.take() == []


def test_another_protocol_is_left_to_pika() -> None:
    """A server that answers with its own protocol header gets pika's error, not ours."""
    assert Deliveries(lambda: None).keep(b"AMQP\x00\x00\x09\x01") == b"AMQP\x00\x00\x09\x01"
