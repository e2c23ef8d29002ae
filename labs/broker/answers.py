"""What the management API's answers mean, in words: shared by everything that asks it, over whatever it asks.

The rule: one refusal, one sentence and one type, whichever client met it.
https://www.rabbitmq.com/docs/management#http-api
"""

from __future__ import annotations

import json
from contextlib import suppress
from urllib.parse import quote

from labs.errors import AccessRefused, BrokerRefused, BrokerUnavailable, NotFound

_KINDS: dict[int, type[BrokerRefused]] = {401: AccessRefused, 403: AccessRefused, 404: NotFound}


def quoted(name: str) -> str:
    """A name as one segment of a path: the default vhost `/` is `%2F`, not a separator."""
    return quote(name, safe="")


def refusal(method: str, path: str, status: int, reason: str, body: bytes) -> BrokerRefused:
    """The broker said no with this HTTP status and line; its reason is in the body, if it is JSON."""
    with suppress(ValueError, AttributeError):  # a plain page: the status line has to do
        told = json.loads(body)
        reason = str(told.get("reason") or told.get("error") or reason)
    sentence = f"The broker refused {method} {path} with {status}: {reason.rstrip('. ')}."
    return _KINDS.get(status, BrokerRefused)(sentence, reply_code=status, reply_text=reason)


def too_late(where: str, method: str, path: str) -> BrokerUnavailable:
    """Somebody listens at `where`, and did not answer in time."""
    return BrokerUnavailable(f"The management API at {where} did not answer {method} {path} in time.")


def nobody(where: str) -> BrokerUnavailable:
    """Nobody listens at `where`."""
    return BrokerUnavailable(f"No management API answers at {where}: the broker is not running.")
