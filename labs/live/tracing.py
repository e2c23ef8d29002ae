"""Tracing of a vhost, on and off, and off again after somebody who could not.

The broker copies every message of a traced vhost, for nobody if nobody listens: that costs, so it must end with
the last listener. The rule: bind first, then `on`; stop listening first, then `off_if_unheard`. Whoever comes
or goes last sees the truth. A listener that was killed leaves no queue (ours are exclusive) but leaves tracing
on; `sweep` ends that. Only an administrator may switch. https://www.rabbitmq.com/docs/firehose#enabling
"""

from __future__ import annotations

from labs.errors import NotFound
from labs.live.door import Api, quoted
from labs.live.trace import EXCHANGE


def on(management: Api, vhost: str) -> None:
    """Switch tracing on. `AccessRefused` for a user without the administrator tag."""
    _switch(management, vhost, tracing=True)


def off_if_unheard(management: Api, vhost: str) -> bool:
    """Switch tracing off unless somebody still listens; answer with whether it is off."""
    try:
        if heard(management, vhost):
            return False
        _switch(management, vhost, tracing=False)
    except NotFound:
        pass  # the vhost is gone, and its tracing with it
    return True


def is_on(management: Api, vhost: str) -> bool:
    """Whether the broker traces this vhost. `NotFound` if there is none of that name."""
    return bool(management.get(f"/vhosts/{quoted(vhost)}").get("tracing"))


def heard(management: Api, vhost: str) -> bool:
    """Whether any queue is bound to the vhost's trace: ours, or a learner's who tries the firehose."""
    return bool(management.get(f"/exchanges/{quoted(vhost)}/{EXCHANGE}/bindings/source"))


def sweep(management: Api, prefix: str = "") -> list[str]:
    """Switch tracing off in every vhost whose name begins so and where nobody listens, and name those vhosts."""
    names = [str(row["name"]) for row in management.get("/vhosts") if row.get("tracing")]
    return [name for name in names if name.startswith(prefix) and off_if_unheard(management, name)]


def _switch(management: Api, vhost: str, *, tracing: bool) -> None:
    management.get(f"/vhosts/{quoted(vhost)}")  # NotFound, where PUT would create it
    management.put(f"/vhosts/{quoted(vhost)}", {"tracing": tracing})
