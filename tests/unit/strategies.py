"""What Hypothesis makes messages from, shared by the tests without and with a broker."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from labs.message import TEXTS, Message

#: Letters of one to four bytes, and what likes to break things; at most 63 of them are always a short string.
LETTERS = "aZ0 .#*-_/\\\"'\0\n\té€🐰"
short_texts = st.text(LETTERS, max_size=63)
moments = st.integers(0, 2**35).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | short_texts
    # Bytes that travel as bytes; pika reads a *text* that is no UTF-8 as bytes too, but we never send one.
    | st.binary(max_size=9)
    | st.decimals(min_value=-9999, max_value=9999, places=3)
    | moments,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(short_texts, inner, max_size=3),
    max_leaves=5,
)
headers: st.SearchStrategy[dict[str, Any]] = st.dictionaries(short_texts, values, max_size=4)


@st.composite
def messages(draw: st.DrawFn, *, user_id: bool = True) -> Message:
    """Any message; without `user_id`, one that every broker accepts from every user."""
    names = [name for name in TEXTS if user_id or name != "user_id"]
    texts = {name: draw(st.none() | short_texts) for name in names}
    return Message(
        body=draw(st.binary(max_size=50)),
        headers=draw(headers),
        persistent=draw(st.booleans()),
        priority=draw(st.none() | st.integers(0, 255)),
        expiration_ms=draw(st.none() | st.integers(0 if user_id else 60_000, 2**32 - 1)),
        timestamp=draw(st.none() | moments),
        **texts,
    )
