"""Close other people's connections: what an operator does in the management UI, and what an upgrade does.

The client hears why, `320 CONNECTION_FORCED` with our reason, and is expected to connect again.
The rule: name whom you mean; a broker is shared. The live view's own connection is always left out.
What breaks: the broker lists a new connection only after a moment, so asking at once finds nobody.
https://www.rabbitmq.com/docs/http-api-reference#delete-apiconnectionsname
"""

from __future__ import annotations

import time

from labs.broker.management import Management, Row
from labs.errors import BrokerRefused, NotFound, WaitTimeout

#: The connections of the live view are no part of any lesson (see `labs.live.hidden`).
NOT_OURS_TO_CLOSE = "labs-tap"
#: How often the broker is asked, in seconds.
PAUSE_S = 0.1
SERVER_ERROR = 500


def close_connections(
    management: Management,
    *,
    vhost: str,
    name: str | None = None,
    reason: str = "closed by an operator",
    at_least: int = 1,
    within_s: float = 10.0,
) -> int:
    """Close the vhost's connections, all of them or those called `name`; return how many were closed.

    `name` is the one that a client gave itself, or the broker's own for it; `reason` is told to the client.
    Waits up to `within_s` seconds until `at_least` so many have been listed: pass the number you opened.
    Raises WaitTimeout when there were fewer; those that were there are closed then.
    """
    deadline, closed = time.monotonic() + within_s, 0
    while True:
        for row in management.connections(vhost):
            called = _called(row)
            if NOT_OURS_TO_CLOSE not in called and (name is None or name in called):
                closed += _close(management, str(row["name"]), reason)
        if closed >= at_least:
            return closed
        if time.monotonic() > deadline:
            who = f"{name!r} in vhost {vhost!r}" if name is not None else f"vhost {vhost!r}"
            raise WaitTimeout(awaited=f"{at_least} connections of {who} to be listed", seen=f"{closed}")
        time.sleep(PAUSE_S)


def _called(row: Row) -> set[str]:
    """The names of a connection: the client's for itself, and the broker's, which holds its address."""
    own = row.get("client_properties") or {}
    return {str(row["name"]), str(row.get("user_provided_name", "")), str(own.get("connection_name", ""))}


def _close(management: Management, name: str, reason: str) -> bool:
    """Whether there was anything left to close: the list is up to a second old.

    A client that leaves at the same moment may make the broker answer 500; if it is still there, it is listed again.
    """
    try:
        management.close_connection(name, reason)
    except NotFound:
        return False
    except BrokerRefused as refused:
        if refused.reply_code < SERVER_ERROR:
            raise
        return False
    return True
