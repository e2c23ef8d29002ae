"""A place of its own for one run of a notebook: home, virtual-host prefix, IPython profile.

The rule: a run of the tests neither reads nor writes what the person at this machine is learning with.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.broker.vhosts import drop_vhost
from labs.errors import LabsError

#: The port that a learner sees when nothing else holds it.
MANAGEMENT_PORT = 15672


@contextmanager
def isolated(broker: Broker, *, prefix: str) -> Iterator[dict[str, str]]:
    """The environment for the kernel of one run on ``broker``.

    Its virtual hosts begin with ``prefix`` and a full stop.
    Afterwards they are gone, the brokers that the lesson started are stopped, and the home is deleted.
    """
    with tempfile.TemporaryDirectory(prefix="labs-run-") as home:
        own = {"LABS_HOME": home, "LABS_VHOST_PREFIX": prefix, "IPYTHONDIR": home}
        try:
            yield {**broker_environment(broker), **own}
        finally:
            _stop_spares(Path(home))
            _drop_vhosts(broker, prefix)


def broker_environment(broker: Broker) -> dict[str, str]:
    """The two variables with which another process finds the same broker."""
    return {"LABS_AMQP_URL": broker.url(), "LABS_MANAGEMENT_URL": broker.management_url}


def as_a_learner_sees(broker: Broker, *, prefix: str) -> dict[str, str]:
    """What to replace in the outputs of such a run before they are committed."""
    return {
        f"{prefix}.": "learn.",
        broker.management_url: f"http://127.0.0.1:{MANAGEMENT_PORT}",
        broker.amqp_url: "amqp://127.0.0.1:5672",
    }


def _stop_spares(home: Path) -> None:
    for state in (home / "spare").glob("*/node.json"):
        with suppress(LabsError):
            PrivateNode(state.parent, name="spare").stop()


def _drop_vhosts(broker: Broker, prefix: str) -> None:
    with Management(broker) as management:
        for vhost in management.vhosts():
            if vhost.startswith(f"{prefix}."):
                drop_vhost(management, vhost)
