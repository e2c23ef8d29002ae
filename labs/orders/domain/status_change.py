"""From what the dashboard sent to a `StatusChange`, or one clear sentence per field."""

from __future__ import annotations

from dataclasses import dataclass

from labs.orders.domain.lifecycle import MOVES
from labs.orders.domain.validation import InvalidOrder, is_plain

#: Longest reason, in characters.
MAX_REASON = 500
#: What the customer is told when nobody gave a reason.
REASON = "The shop cancelled it"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """The `status` that somebody wants an order to have, why, and which `version` they saw, if they say so."""

    status: str
    reason: str = REASON
    version: int | None = None


def read_status_change(data: object) -> StatusChange:
    """The change that `data` (decoded JSON) describes; raises `InvalidOrder` with all problems at once."""
    if not isinstance(data, dict):
        raise InvalidOrder({"status": "Send one JSON object with the new status."})
    problems: dict[str, str] = {}
    status, reason, version = data.get("status"), data.get("reason"), data.get("version")
    if not isinstance(status, str) or status not in MOVES:
        problems["status"] = f"The status must be one of {', '.join(MOVES)}."
    text = " ".join(reason.split()) if isinstance(reason, str) else ""
    if (reason is not None and not isinstance(reason, str)) or len(text) > MAX_REASON or not is_plain(text):
        problems["reason"] = f"Give the reason in plain text, in {MAX_REASON} characters or fewer."
    if version is not None and (isinstance(version, bool) or not isinstance(version, int) or version < 1):
        problems["version"] = "The version must be the whole number that the order showed."
    if problems:
        raise InvalidOrder(problems)
    return StatusChange(status=str(status), reason=text or REASON, version=version)
