"""The `Idempotency-Key` header: a customer's own name for one wish, so that asking twice is harmless.

Browser, proxy and network may all lose an answer; then nobody knows whether the order was stored. With a key
the question can simply be repeated, and gets the first answer again: same status, same body, same place, and
`Idempotent-Replayed: true` beside it. What is kept under a key, and since when, is `store/requests.py`.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import re

from starlette.requests import Request

from labs.orders.web.refusal import Refusal

#: What the customer sends, and what says that the answer was given before.
KEY_HEADER, REPLAYED_HEADER = "Idempotency-Key", "Idempotent-Replayed"
#: The longest key, in characters. A UUID has 36.
MAX_KEY = 255
#: Printable ASCII without space, quotation mark and backslash: no key has two spellings.
KEY = re.compile(rf"[!#-\[\]-~]{{1,{MAX_KEY}}}")


def read_key(request: Request) -> str | None:
    """The request's key, or None when it has none; raises `Refusal` 400 for one that cannot be kept.

    The draft writes it as a quoted string, `"8e03978e-…"`, and many programs leave the quotes out: both do.
    """
    given = request.headers.getlist(KEY_HEADER)
    if not given:
        return None
    text = given[0].strip(" \t")
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if len(given) > 1 or not KEY.fullmatch(text):
        raise Refusal(
            400,
            f"The Idempotency-Key must be one text of 1 to {MAX_KEY} letters, digits and signs, such as a UUID.",
        )
    return text
